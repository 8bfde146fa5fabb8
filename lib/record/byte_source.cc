#include "lib/record/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "lib/base/format.h"

namespace rostrum::record {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class FileSource : public ByteSource {
 public:
  FileSource(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}

  Expected<size_t> Read(char* to, size_t size) override {
    const size_t read = std::fread(to, 1, size, file_.get());
    if (read < size && std::ferror(file_.get()) != 0) {
      return Unavailable(
          Format("{} cannot be read: {}", path_, std::generic_category().message(errno)));
    }
    return read;
  }

 private:
  std::unique_ptr<std::FILE, Closer> file_;
  std::string path_;
};

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}

  Expected<size_t> Read(char* to, size_t size) override {
    const size_t read = rest_.copy(to, size);
    rest_.remove_prefix(read);
    return read;
  }

 private:
  std::string_view rest_;
};

}  // namespace

Expected<std::unique_ptr<ByteSource>> OpenFileSource(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    const int error = errno;
    std::string text =
        Format("{} cannot be opened: {}", path, std::generic_category().message(error));
    return error == ENOENT ? NotFound(std::move(text)) : Unavailable(std::move(text));
  }
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(file, path));
}

std::unique_ptr<ByteSource> MakeMemorySource(std::string_view bytes) {
  return std::make_unique<MemorySource>(bytes);
}

}  // namespace rostrum::record
