// Back-off, durations, what is due when.

#include <gtest/gtest.h>

#include "lib/mesos/base/time.h"

namespace rostrum::mesos {
namespace {

using std::chrono::nanoseconds;

TEST(BackoffTest, TheBoundDoublesUpToItsMaximum) {
  Backoff backoff(Milliseconds(100), Milliseconds(750));
  for (const int64_t expected : {100, 200, 400, 750, 750}) {
    EXPECT_EQ(backoff.Next().count(), expected);
  }
  backoff.Reset();
  EXPECT_EQ(backoff.Next().count(), 100);
}

TEST(BackoffTest, ChanceTakesAllOfItOrAQuarter) {
  FixedRandom least(0);
  FixedRandom half(0.5);
  EXPECT_EQ(Backoff(Milliseconds(100), Milliseconds(800)).NextRandom(least).count(), 0);
  EXPECT_EQ(Backoff(Milliseconds(100), Milliseconds(800)).NextRandom(half).count(), 50);
  EXPECT_EQ(Backoff(Milliseconds(100), Milliseconds(800)).NextJittered(least).count(), 75);
}

TEST(BackoffTest, AMaximumBelowTheInitialHolds) {
  Backoff backoff(Milliseconds(100), Milliseconds(30));
  EXPECT_EQ(backoff.Next().count(), 30);
  EXPECT_EQ(backoff.Next().count(), 30);
}

TEST(BackoffTest, HugeBoundsDoNotOverflow) {
  Backoff backoff(Milliseconds::max() / 2, Milliseconds::max());
  for (int i = 0; i < 5; ++i) EXPECT_GT(backoff.Next().count(), 0);
}

TEST(DurationTextTest, EveryUnitOfMesos) {
  const std::pair<const char*, int64_t> cases[] = {{"5secs", 5'000'000'000},
                                                   {"250ms", 250'000'000},
                                                   {"1.5mins", 90'000'000'000},
                                                   {"0ns", 0},
                                                   {"7us", 7000},
                                                   {"1hrs", 3'600'000'000'000},
                                                   {"1days", 86400000000000},
                                                   {"2weeks", 1209600000000000}};
  for (const auto& [text, expected] : cases) {
    const auto duration = ParseDuration(text);
    ASSERT_TRUE(duration.ok()) << text;
    EXPECT_EQ(duration->count(), expected) << text;
  }
}

TEST(DurationTextTest, AllElseIsRefused) {
  for (const char* text : {"", "5", "secs", "-1secs", "5 secs", "5sec", "1e300weeks", "nansecs",
                           "infsecs", "5secs "}) {
    EXPECT_EQ(ParseDuration(text).status().code(), Code::kInvalidArgument) << text;
  }
}

TEST(DueIndexTest, WhatIsDueComesByTimeThenByName) {
  const TimePoint now{std::chrono::hours(1)};
  DueIndex index;
  index.Set("b", now);
  index.Set("a", now);
  index.Set("late", now + nanoseconds(1));
  index.Set("moved", now);
  index.Set("moved", now - nanoseconds(1));
  index.Set("erased", now);
  index.Erase("erased");
  index.Set("never", now);
  index.Set("never", kNever);
  EXPECT_EQ(index.First(), now - nanoseconds(1));
  EXPECT_EQ(index.TakeDue(now), (std::vector<std::string>{"moved", "a", "b"}));
  EXPECT_EQ(index.First(), now + nanoseconds(1));
  index.Clear();
  EXPECT_EQ(index.First(), kNever);
}

}  // namespace
}  // namespace rostrum::mesos
