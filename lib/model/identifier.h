// What an instance or a task is called.

#ifndef ROSTRUM_LIB_MODEL_IDENTIFIER_H_
#define ROSTRUM_LIB_MODEL_IDENTIFIER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/format.h"
#include "rostrum/auction.h"

namespace rostrum {

// "GUID.INDEX" of an LRP instance, the guid of a task.
inline std::string IdentifierOf(Kind kind, std::string_view guid, int32_t index) {
  if (kind == Kind::kTask) return std::string(guid);
  return Format("{}.{}", guid, index);
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_MODEL_IDENTIFIER_H_
