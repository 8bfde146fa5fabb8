// Lines on an output that fails for a while: what was lost is counted and told, no line is torn.

#include "lib/tools/mesos/outcome_printer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <streambuf>
#include <string>

#include "lib/tools/standard_streams.h"

namespace rostrum::tools {
namespace {

using mesos::Outcome;
using mesos::OutcomeKind;

// A disk with so much room.
class SmallDisk : public std::streambuf {
 public:
  std::string text;
  size_t room = 1'000'000;

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize size) override {
    const auto taken = static_cast<std::streamsize>(std::min(room, static_cast<size_t>(size)));
    text.append(bytes, static_cast<size_t>(taken));
    room -= static_cast<size_t>(taken);
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
  printer.Finish();
  EXPECT_EQ(err.str(),
            "rostrum mesos: warning: standard output cannot be written to; the framework goes on, "
            "and lines are lost until it can be\n");
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
  printer.Finish();
  const std::string begins =
      "rostrum mesos: warning: standard output cannot be written to; the framework goes on, and "
      "lines are lost until it can be\n";
  EXPECT_EQ(err.str(), begins + begins +
                           "rostrum mesos: warning: 3 lines were lost, since standard output could "
                           "not be written to\n");
}

TEST_F(OutcomePrinterTest, AtTheEndATornLineIsLostToo) {
  disk.room = 5;
  Print("one");
  Print("two");
  printer.Finish();
  EXPECT_NE(err.str().find("warning: 2 lines were lost"), std::string::npos) << err.str();
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
