// Between the library's values and the messages of rostrum_record.proto. For the .cc files of this
// folder alone, so that no generated type shows outside.

#ifndef ROSTRUM_LIB_RECORD_MESSAGES_H_
#define ROSTRUM_LIB_RECORD_MESSAGES_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "lib/record/rostrum_record.pb.h"
#include "rostrum/auction.h"
#include "rostrum/constraint.h"
#include "rostrum/resources.h"
#include "rostrum/snapshot.h"
#include "rostrum/status.h"

namespace rostrum::record {

// How many named resources one cell or work may have. Looking for names that come twice takes the
// square of it.
inline constexpr size_t kScalarsMaximum = 1000;

// ValidateResources, and no more than that many names.
Status CheckResources(const Resources& resources, std::string_view what);

// --- From values. An error where the value is one that could not be read back.

void ToMessage(const Resources& resources, v1::Resources* message);
void ToMessage(const Signature& signature, v1::Signature* message);
Status ToMessage(const Work& work, v1::Work* message);
Status ToMessage(const Snapshot& snapshot, v1::Snapshot* message);

// --- To values. kCorrupt, saying what is wrong and what was expected, where a message can be none
// that this library has written. Texts are moved out of the message.

Resources FromMessage(const v1::Resources& message);
Signature FromMessage(v1::Signature* message);
Expected<std::shared_ptr<const Work>> FromMessage(v1::Work* message);
// Leaves the ids of the cells in the message.
Expected<std::shared_ptr<const Snapshot>> FromMessage(v1::Snapshot* message);

// Parses content, with limits on nesting. kCorrupt if it is none.
Status Parse(std::string_view content, google::protobuf::MessageLite* message);

// Appends a message to `bytes`. kInvalidArgument if it is larger than a record may be.
Status Serialize(const google::protobuf::MessageLite& message, std::string* bytes);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_MESSAGES_H_
