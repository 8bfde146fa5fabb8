// The signals of programs that run for long.

#include <gtest/gtest.h>
#include <signal.h>

#include <csignal>

#include "lib/tools/text.h"

namespace rostrum::tools {
namespace {

TEST(StopEvents, AHangUpIsPassedOverAndARequestToEndIsNot) {
  // Whoever runs the test may have had it ignored already.
  std::signal(SIGHUP, SIG_DFL);
  const StopEvents events;
  ASSERT_TRUE(events.ok());
  std::raise(SIGHUP);
  std::raise(SIGTERM);
  EXPECT_EQ(events.Wait(), SIGTERM);
  events.TellEnd();
  EXPECT_EQ(events.Wait(), 0);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace
}  // namespace rostrum::tools
