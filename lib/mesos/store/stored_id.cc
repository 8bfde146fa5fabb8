#include "lib/mesos/store/stored_id.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "lib/base/format.h"
#include "lib/wire/excerpt.h"
#include "lib/wire/utf8.h"

namespace rostrum::mesos {
namespace {

constexpr std::string_view kGeneration = "generation ";

bool IsId(std::string_view text) {
  return !text.empty() && wire::ValidPrefix(text) == text.size() &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

bool ReadGeneration(std::string_view line, uint64_t* generation) {
  if (!line.starts_with(kGeneration)) return false;
  line.remove_prefix(kGeneration.size());
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), *generation);
  return error == std::errc() && stop == line.data() + line.size();
}

}  // namespace

std::string WriteStoredId(const StoredId& stored) {
  std::string text = stored.id + "\n";
  if (stored.generation > 0) text += Format("{}{}\n", kGeneration, stored.generation);
  return text;
}

Expected<StoredId> ReadStoredId(std::string_view text, std::string_view where) {
  std::string_view lines = text;
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  const size_t end = lines.find('\n');
  StoredId stored;
  stored.id = std::string(lines.substr(0, end));
  const bool has_more = end != std::string_view::npos;
  if (text.size() <= kStoredIdBytesMaximum && IsId(stored.id) &&
      (!has_more || ReadGeneration(lines.substr(end + 1), &stored.generation))) {
    return stored;
  }
  return Corrupt(Format("{} holds {} bytes that are no framework id, \"{}\", expected the id "
                             "in one line of UTF-8, and \"generation N\" in a second one at most",
                             where, text.size(), wire::Cut(text)));
}

}  // namespace rostrum::mesos
