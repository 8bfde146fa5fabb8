#include "lib/record/snapshot_bytes.h"

#include "lib/record/messages.h"

namespace rostrum::record {

Expected<std::string> SerializeSnapshot(const Snapshot& snapshot) {
  v1::Snapshot message;
  if (Status status = ToMessage(snapshot, &message); !status.ok()) return status;
  std::string bytes;
  if (Status status = Serialize(message, &bytes); !status.ok()) return status;
  return bytes;
}

Expected<std::shared_ptr<const Snapshot>> ParseSnapshot(std::string_view bytes) {
  v1::Snapshot message;
  if (Status status = Parse(bytes, &message); !status.ok()) return status;
  return FromMessage(&message);
}

}  // namespace rostrum::record
