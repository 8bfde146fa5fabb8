#include "lib/tools/simulate/write_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <ios>
#include <system_error>

namespace rostrum::tools {

Status WriteFileAtomically(const std::string& path, std::string_view content) {
  const std::string beside = fmt::format("{}.{}.tmp", path, getpid());
  const auto fail = [&](std::string_view what) {
    const std::string reason = std::generic_category().message(errno);
    std::remove(beside.c_str());
    return Unavailable(fmt::format("{}: cannot be {}: {}", path, what, reason));
  };
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  if (!file) return fail("opened for writing");
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) return fail("written");
  if (std::rename(beside.c_str(), path.c_str()) != 0) return fail("put in place");
  return {};
}

}  // namespace rostrum::tools
