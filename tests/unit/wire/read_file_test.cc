#include "lib/wire/read_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/unit/temporary_folder.h"

namespace rostrum::wire {
namespace {

class ReadFileTest : public testing::Test {
 protected:
  void Write(std::string_view text) { std::ofstream(path_, std::ios::binary) << text; }

  const TemporaryFolder folder_;
  const std::string directory_ = folder_.path().string();
  const std::string path_ = folder_.File("file");
  std::string text_ = "what was there before";
};

TEST_F(ReadFileTest, ReadsWholeFiles) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65536}, size_t{65537}, size_t{1000000}}) {
    std::string text(size, 'x');
    if (size > 0) text[size / 2] = '\0';
    Write(text);
    const Status status = ReadFile(path_, &text_);
    EXPECT_TRUE(status.ok()) << status.text();
    EXPECT_TRUE(text_ == text) << size;
  }
}

TEST_F(ReadFileTest, NamesAFileThatIsNotThere) {
  const Status status = ReadFile(path_, &text_);
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(status.text(), path_ + ": No such file or directory");
  EXPECT_EQ(text_, "");
  EXPECT_EQ(ReadFile("", &text_).code(), Code::kNotFound);
  EXPECT_EQ(ReadFile(std::string("/dev/null\0.json", 15), &text_).text(),
            "/dev/null\\u0000.json: No such file or directory");
}

TEST_F(ReadFileTest, DoesNotReadDirectories) {
  const Status status = ReadFile(directory_, &text_);
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_EQ(status.text(), directory_ + ": Is a directory");
  EXPECT_EQ(text_, "");
}

TEST_F(ReadFileTest, ReadsDevices) {
  const Status status = ReadFile("/dev/null", &text_);
  EXPECT_TRUE(status.ok()) << status.text();
  EXPECT_EQ(text_, "");
}

TEST_F(ReadFileTest, ReadsPipesToTheirEnd) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const std::string text(300'000, 'y');
  std::thread writer([&] { Write(text); });
  const Status status = ReadFile(path_, &text_);
  writer.join();
  EXPECT_TRUE(status.ok()) << status.text();
  EXPECT_TRUE(text_ == text);
}

TEST_F(ReadFileTest, ReadsStandardInput) {
  Write("from standard input");
  const int saved = ::dup(STDIN_FILENO);
  const int file = ::open(path_.c_str(), O_RDONLY);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::dup2(file, STDIN_FILENO), STDIN_FILENO);
  ::close(file);
  const Status status = ReadFile("-", &text_);
  EXPECT_TRUE(status.ok()) << status.text();
  EXPECT_EQ(text_, "from standard input");

  // A file of that name is no exception: it is ./- then.
  ::close(STDIN_FILENO);
  EXPECT_EQ(ReadFile("-", &text_).text(), "standard input: Bad file descriptor");
  if (saved >= 0) {
    ::dup2(saved, STDIN_FILENO);
    ::close(saved);
  }
}

TEST_F(ReadFileTest, RefusesFilesThatAreTooLarge) {
  Write("");
  if (::truncate(path_.c_str(), 5'000'000'000) != 0) GTEST_SKIP() << "no file may be that large";
  const Status status = ReadFile(path_, &text_);
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.text(),
            path_ + ": the file is larger than 4000000000 bytes, the most that is read");
  EXPECT_EQ(text_, "");
}

}  // namespace
}  // namespace rostrum::wire
