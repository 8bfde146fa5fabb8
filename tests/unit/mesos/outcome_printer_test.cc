// Lines on an output that fails for a while: what was lost is counted and told, no line is torn.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "lib/tools/mesos/outcomes.h"
#include "lib/tools/text.h"

namespace rostrum::tools {
namespace {

using mesos::Outcome;
using mesos::OutcomeKind;

// A disk with so much room, or a pipe.
class SmallDisk : public std::streambuf {
 public:
  std::string text;
  size_t room = 10'000'000;
  int error = ENOSPC;
  int writes = 0;

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize size) override {
    const auto taken = static_cast<std::streamsize>(std::min(room, static_cast<size_t>(size)));
    text.append(bytes, static_cast<size_t>(taken));
    room -= static_cast<size_t>(taken);
    if (taken < size) errno = error;
    ++writes;
    return taken;
  }
  int_type overflow(int_type) override { return traits_type::eof(); }
};

class OutcomePrinterTest : public testing::Test {
 protected:
  void Print(const std::string& text) {
    Outcome outcome;
    outcome.kind = OutcomeKind::kProblem;
    outcome.text = text;
    printer.Print({outcome});
  }

  void Finish() {
    printer.Finish([] { return true; });
  }

  // What the disk has, without the time of each line.
  std::string Lines() const {
    std::string lines;
    std::istringstream text(disk.text);
    for (std::string line; std::getline(text, line);) lines += line.substr(line.find(' ')) + "\n";
    return lines;
  }

  SmallDisk disk;
  std::ostream out{&disk};
  std::ostringstream err;
  OutcomePrinter printer{/*as_json=*/false, out, err};
};

TEST_F(OutcomePrinterTest, WhatWasLostIsCountedAndSaidOnceItCanBe) {
  Print("one");
  disk.room = 0;
  Print("two");
  Print("three");
  EXPECT_EQ(Lines(), " problem: one\n");
  disk.room = 1000;
  Print("four");
  EXPECT_EQ(Lines(),
            " problem: one\n"
            " problem: 2 lines were lost, since standard output could not be written to\n"
            " problem: four\n");
  Finish();
  EXPECT_EQ(err.str(),
            "rostrum mesos: warning: standard output cannot be written to (No space left on "
            "device); the framework goes on, and lines are lost until it can be\n");
}

TEST_F(OutcomePrinterTest, ItIsSaidWithoutAnyNewLineToo) {
  disk.room = 0;
  Print("one");
  disk.room = 1000;
  printer.Print({});
  EXPECT_EQ(Lines(), " problem: 1 line was lost, since standard output could not be written to\n");
  printer.Print({});
  EXPECT_EQ(Lines(), " problem: 1 line was lost, since standard output could not be written to\n");
}

TEST_F(OutcomePrinterTest, ALineThatWasBegunIsEndedFirst) {
  disk.room = 5;
  Print("one");
  EXPECT_EQ(disk.text.size(), 5u);
  Print("two");
  // Room for the rest of the line, and for a part of the one that says what was lost.
  disk.room = 40;
  printer.Print({});
  Print("three");
  disk.room = 1000;
  Print("four");
  EXPECT_EQ(Lines(),
            " problem: one\n"
            " problem: 1 line was lost, since standard output could not be written to\n"
            " problem: 1 line was lost, since standard output could not be written to\n"
            " problem: four\n");
}

TEST_F(OutcomePrinterTest, EachTimeIsToldOnceToStandardErrorThatMayFailAsWell) {
  disk.room = 0;
  err.setstate(std::ios::badbit);
  for (int i = 0; i < 3; ++i) Print("lost");
  disk.room = 1000;
  Print("written");
  err.setstate(std::ios::badbit);
  disk.room = 0;
  for (int i = 0; i < 3; ++i) Print("lost");
  Finish();
  const std::string begins =
      "rostrum mesos: warning: standard output cannot be written to (No space left on device); the "
      "framework goes on, and lines are lost until it can be\n";
  EXPECT_EQ(err.str(), begins + begins +
                           "rostrum mesos: warning: 3 lines were lost, since standard output could "
                           "not be written to\n");
}

TEST_F(OutcomePrinterTest, AtTheEndATornLineIsLostToo) {
  disk.room = 5;
  Print("one");
  Print("two");
  Finish();
  EXPECT_NE(err.str().find("warning: 2 lines were lost"), std::string::npos) << err.str();
}

TEST_F(OutcomePrinterTest, WhileAReaderDoesNotReadLinesAreHeldAndItIsAskedOnce) {
  disk.error = EAGAIN;
  disk.room = 5;
  for (int i = 1; i <= 3; ++i) Print(std::to_string(i));
  EXPECT_EQ(disk.text.size(), 5u);
  EXPECT_EQ(disk.writes, 3);  // Once each time.
  const std::vector<Outcome> together(100);
  printer.Print(together);
  EXPECT_EQ(disk.writes, 4);
  disk.room = 1'000'000;
  printer.Print({});
  const std::string lines = Lines();
  EXPECT_TRUE(lines.starts_with(" problem: 1\n problem: 2\n problem: 3\n")) << lines.substr(0, 99);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 103);
  EXPECT_EQ(err.str(), "");
}

TEST_F(OutcomePrinterTest, NotAllLinesAreHeldForAReader) {
  disk.error = EAGAIN;
  disk.room = 0;
  const std::vector<Outcome> many(OutcomePrinter::kHeldMaximum);
  printer.Print(many);
  EXPECT_EQ(err.str(), "");
  Print("lost");
  EXPECT_NE(err.str().find("(its reader does not read); the framework goes on"), std::string::npos);
  // What comes then is not held in front of what was lost.
  disk.room = 100;
  printer.Print({});
  disk.room = 0;
  Print("lost");
  disk.room = 10'000'000;
  Print("written");
  const std::string lines = Lines();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 10'002);
  const std::string end =
      " problem: 2 lines were lost, since standard output could not be written to\n"
      " problem: written\n";
  EXPECT_TRUE(lines.ends_with(end)) << lines.substr(lines.size() - 300);
}

TEST_F(OutcomePrinterTest, AtTheEndAReaderIsWaitedForUnlessItIsUrgent) {
  disk.error = EAGAIN;
  disk.room = 0;
  Print("one");
  int asked = 0;
  printer.Finish([&] {
    if (++asked == 3) disk.room = 1000;
    return false;
  });
  EXPECT_EQ(Lines(), " problem: one\n");
  disk.room = 0;
  Print("two");
  Finish();
  EXPECT_NE(err.str().find("1 line was lost"), std::string::npos) << err.str();
}

TEST(DescriptorBuffer, WaitsNotForEverForAReaderThatDoesNotRead) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  DescriptorBuffer impatient(ends[1], /*patience_ms=*/1);
  const std::string much(1 << 20, 'x');
  const auto written = impatient.sputn(much.data(), static_cast<std::streamsize>(much.size()));
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_GT(written, 0);
  EXPECT_LT(written, 1 << 20);
  std::string taken(much.size(), ' ');
  EXPECT_EQ(read(ends[0], taken.data(), taken.size()), written);
  close(ends[0]);
  close(ends[1]);
}

TEST(DescriptorBuffer, SaysWhatWasWrittenAndKeepsNothingBack) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  DescriptorBuffer nowhere(full);
  EXPECT_EQ(nowhere.sputn("text", 4), 0);
  EXPECT_EQ(nowhere.sputc('c'), std::char_traits<char>::eof());
  close(full);

  IgnoreWriteSignals();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  DescriptorBuffer into_pipe(ends[1]);
  std::ostream out(&into_pipe);
  out << "a line " << 7;
  char text[16] = {};
  EXPECT_EQ(read(ends[0], text, sizeof text), 8);
  close(ends[0]);
  EXPECT_EQ(into_pipe.sputn("text", 4), 0);
  close(ends[1]);
}

}  // namespace
}  // namespace rostrum::tools
