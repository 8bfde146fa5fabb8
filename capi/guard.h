// What stands between the C++ library and C callers: every exported body runs inside Guard.

#ifndef ROSTRUM_CAPI_GUARD_H_
#define ROSTRUM_CAPI_GUARD_H_

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "rostrum/auction.h"
#include "rostrum/rostrum.h"
#include "rostrum/status.h"

struct rostrum_error {
  rostrum::Status status;
};

namespace rostrum::capi {

// Thrown by conversions, whose callers would otherwise have to pass a status through every field.
struct StatusError {
  Status status;
};

inline void ThrowIfError(Status status) {
  if (!status.ok()) throw StatusError{std::move(status)};
}

inline void RequireNotNull(const void* pointer, const char* name) {
  if (pointer == nullptr) {
    throw StatusError{InvalidArgument(std::string(name) + " is NULL, expected an object")};
  }
}

inline Kind RequireKind(rostrum_kind_t kind) {
  if (kind == ROSTRUM_LRP || kind == ROSTRUM_TASK) return static_cast<Kind>(kind);
  throw StatusError{InvalidArgument("kind is " + std::to_string(static_cast<int32_t>(kind)) +
                                    ", expected 1 (LRP) or 2 (task)")};
}

// For the libraries beside librostrum: they look into handles that it made, which is sound for one
// version only.
void RequireSameVersion(const char* library);

// Writes the error object, if one is wanted, and returns the code. Never throws: where there is no
// memory for the object, the caller gets the code alone.
rostrum_code_t Report(const Status& status, rostrum_error_t** error) noexcept;

// Runs a body that returns a Status, and turns whatever it throws into one.
template <typename Body>
rostrum_code_t Guard(rostrum_error_t** error, Body body) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    return Report(body(), error);
  } catch (const StatusError& failure) {
    return Report(failure.status, error);
  } catch (const std::bad_alloc&) {
    return Report(Status(Code::kOutOfMemory, "", /*retriable=*/true), error);
  } catch (const std::exception& failure) {
    try {
      return Report(Status(Code::kInternal, failure.what()), error);
    } catch (...) {
      return ROSTRUM_INTERNAL;
    }
  } catch (...) {
    return ROSTRUM_INTERNAL;
  }
}

// Runs a body that hands out an object through `out`, which is set to NULL first and written last.
template <typename Object, typename Body>
rostrum_code_t GuardMake(Object** out, const char* name, rostrum_error_t** error,
                         Body body) noexcept {
  if (out != nullptr) *out = nullptr;
  return Guard(error, [&] {
    RequireNotNull(out, name);
    Object* made = body();
    *out = made;
    return Status();
  });
}

}  // namespace rostrum::capi

#endif  // ROSTRUM_CAPI_GUARD_H_
