// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// How every fallible call of the C++ interface says what went wrong.

#ifndef ROSTRUM_STATUS_H_
#define ROSTRUM_STATUS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace rostrum {

// The kinds of error. The numbers are those of rostrum_code_t in rostrum.h and never change.
enum class Code : int32_t {
  kOk = 0,
  kInvalidArgument = 1,     // A value that can never be accepted; the message names it.
  kNotFound = 2,            // The cell, offer, auction or file does not exist.
  kFailedPrecondition = 3,  // The call does not fit the state of the object.
  kOutOfMemory = 4,         // Memory ran out. Nothing is lost; the call may be repeated.
  kCorrupt = 5,             // A record or file that cannot be what it claims to be.
  kUnavailable = 6,         // Something outside failed (a file, a shared object).
  kInternal = 7,            // A fault of this library; please report it.
};

// The stable upper-case name of a code, such as "INVALID_ARGUMENT"; "UNKNOWN" for any other number.
const char* CodeName(Code code);

// Success, or a code with a text for people. Copyable; safe to use from several threads for
// reading.
class Status {
 public:
  // Success.
  Status() = default;
  Status(Code code, std::string text, bool retriable = false)
      : code_(code), retriable_(retriable), text_(std::move(text)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  // Whether the same call may succeed later without any change of its arguments.
  bool retriable() const { return retriable_; }
  const std::string& text() const { return text_; }

 private:
  Code code_ = Code::kOk;
  bool retriable_ = false;
  std::string text_;
};

inline Status InvalidArgument(std::string text) {
  return Status(Code::kInvalidArgument, std::move(text));
}
inline Status NotFound(std::string text) { return Status(Code::kNotFound, std::move(text)); }
inline Status FailedPrecondition(std::string text) {
  return Status(Code::kFailedPrecondition, std::move(text));
}
inline Status Corrupt(std::string text) { return Status(Code::kCorrupt, std::move(text)); }
inline Status Unavailable(std::string text) {
  return Status(Code::kUnavailable, std::move(text), /*retriable=*/true);
}

// A value, or the status that says why there is none.
// REQUIRES: a Status that is put in is not ok().
template <typename T>
class Expected {
 public:
  Expected(T value) : value_(std::move(value)) {}                // NOLINT: implicit on purpose.
  Expected(Status status) : value_(std::move(status)) {}         // NOLINT: implicit on purpose.

  bool ok() const { return std::holds_alternative<T>(value_); }
  explicit operator bool() const { return ok(); }
  // The status: success if there is a value.
  Status status() const { return ok() ? Status() : std::get<Status>(value_); }

  // REQUIRES: ok().
  T& operator*() { return std::get<T>(value_); }
  const T& operator*() const { return std::get<T>(value_); }
  T* operator->() { return &std::get<T>(value_); }
  const T* operator->() const { return &std::get<T>(value_); }

 private:
  std::variant<T, Status> value_;
};

}  // namespace rostrum

#endif  // ROSTRUM_STATUS_H_
