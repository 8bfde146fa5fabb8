#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>

#include <limits>

#include "lib/base/format.h"
#include "lib/record/frame.h"
#include "lib/record/messages.h"

namespace rostrum::record {
namespace {

// Ours nest five deep. What is deeper is a field that we do not know, which may go on for ever.
constexpr int kNestingMaximum = 16;

}  // namespace

Status Parse(std::string_view content, google::protobuf::Message* message) {
  if (content.size() > kContentBytesMaximum) {
    return Corrupt(Format("the message has {} bytes, expected at most {}", content.size(),
                               kContentBytesMaximum));
  }
  const auto size = static_cast<int>(content.size());
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(content.data()),
                                                size);
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  stream.SetRecursionLimit(kNestingMaximum);
  if (message->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage()) return {};
  return Corrupt(Format("the {} bytes are not a protobuf message, expected a {}",
                             content.size(), std::string(message->GetTypeName())));
}

Status Serialize(const google::protobuf::Message& message, std::string* bytes) {
  const uint64_t size = message.ByteSizeLong();
  if (size > kContentBytesMaximum) {
    return InvalidArgument(Format("the record would have {} bytes, expected at most {}", size,
                                       kContentBytesMaximum));
  }
  bytes->reserve(bytes->size() + size);
  if (message.AppendToString(bytes)) return {};
  return Status(Code::kInternal, "protobuf could not write the record");
}

}  // namespace rostrum::record
