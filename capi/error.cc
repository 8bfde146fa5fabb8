#include <new>

#include "capi/guard.h"

namespace rostrum::capi {

void RequireSameVersion(const char* library) {
  // Of librostrum as it was loaded, and as this library was built.
  if (rostrum_version_number() == ROSTRUM_VERSION_NUMBER) return;
  throw StatusError{FailedPrecondition(std::string("librostrum is of version ") +
                                       rostrum_version_string() + ", expected that of " + library +
                                       ", " + ROSTRUM_VERSION_STRING)};
}

rostrum_code_t Report(const Status& status, rostrum_error_t** error) noexcept {
  const auto code = static_cast<rostrum_code_t>(status.code());
  if (status.ok() || error == nullptr) return code;
  try {
    *error = new rostrum_error{status};
  } catch (...) {
    *error = nullptr;
  }
  return code;
}

}  // namespace rostrum::capi

const char* rostrum_code_name(rostrum_code_t code) {
  return rostrum::CodeName(static_cast<rostrum::Code>(code));
}

rostrum_code_t rostrum_error_code(const rostrum_error_t* error) {
  return error == nullptr ? ROSTRUM_OK : static_cast<rostrum_code_t>(error->status.code());
}

const char* rostrum_error_text(const rostrum_error_t* error) {
  if (error == nullptr) return "";
  // The text of running out of memory is not stored, since there may be no memory for it.
  if (error->status.code() == rostrum::Code::kOutOfMemory) return "memory ran out";
  return error->status.text().c_str();
}

int32_t rostrum_error_retriable(const rostrum_error_t* error) {
  return error != nullptr && error->status.retriable() ? 1 : 0;
}

void rostrum_error_destroy(rostrum_error_t* error) { delete error; }
