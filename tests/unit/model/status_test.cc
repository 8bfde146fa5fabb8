#include "rostrum/status.h"

#include <gtest/gtest.h>

#include <string>

namespace rostrum {
namespace {

TEST(StatusTest, IsSuccessByDefault) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), Code::kOk);
  EXPECT_EQ(status.text(), "");
  EXPECT_FALSE(status.retriable());
}

TEST(StatusTest, KeepsCodeAndText) {
  const Status status = InvalidArgument("index is -1");
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.text(), "index is -1");
}

TEST(StatusTest, OnlyWhatIsUnavailableMaySucceedLater) {
  EXPECT_TRUE(Unavailable("disk is full").retriable());
  EXPECT_FALSE(NotFound("no such cell").retriable());
  EXPECT_FALSE(FailedPrecondition("no strategy").retriable());
  EXPECT_FALSE(Corrupt("bad checksum").retriable());
}

TEST(StatusTest, EveryCodeHasItsName) {
  EXPECT_STREQ(CodeName(Code::kOk), "OK");
  EXPECT_STREQ(CodeName(Code::kInvalidArgument), "INVALID_ARGUMENT");
  EXPECT_STREQ(CodeName(Code::kNotFound), "NOT_FOUND");
  EXPECT_STREQ(CodeName(Code::kFailedPrecondition), "FAILED_PRECONDITION");
  EXPECT_STREQ(CodeName(Code::kOutOfMemory), "OUT_OF_MEMORY");
  EXPECT_STREQ(CodeName(Code::kCorrupt), "CORRUPT");
  EXPECT_STREQ(CodeName(Code::kUnavailable), "UNAVAILABLE");
  EXPECT_STREQ(CodeName(Code::kInternal), "INTERNAL");
  EXPECT_STREQ(CodeName(static_cast<Code>(99)), "UNKNOWN");
}

TEST(ExpectedTest, HoldsAValueOrTheReasonWhyThereIsNone) {
  const Expected<std::string> value(std::string("found"));
  EXPECT_TRUE(value.ok());
  EXPECT_TRUE(static_cast<bool>(value));
  EXPECT_EQ(*value, "found");
  EXPECT_EQ(value->size(), 5u);
  EXPECT_TRUE(value.status().ok());

  const Expected<std::string> error(NotFound("there is none"));
  EXPECT_FALSE(error.ok());
  EXPECT_EQ(error.status().code(), Code::kNotFound);
  EXPECT_EQ(error.status().text(), "there is none");
}

}  // namespace
}  // namespace rostrum
