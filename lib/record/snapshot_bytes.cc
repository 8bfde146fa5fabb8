#include "lib/record/snapshot_bytes.h"

#include "lib/base/format.h"
#include "lib/record/frame.h"
#include "lib/record/messages.h"

namespace rostrum::record {

Expected<std::string> SerializeSnapshot(const Snapshot& snapshot) {
  v1::Snapshot message;
  if (Status status = ToMessage(snapshot, &message); !status.ok()) return status;
  std::string frame(kFrameHeaderBytes, '\0');
  if (Status status = Serialize(message, &frame); !status.ok()) return status;
  SealFrame(&frame);
  return MakeFileHeader(kSnapshotMagic) + frame;
}

Expected<std::shared_ptr<const Snapshot>> ParseSnapshot(std::string_view bytes) {
  FrameReader frames(MakeMemorySource(bytes), "snapshot", kSnapshotMagic);
  if (Status status = frames.ReadHeader(); !status.ok()) return status;
  const Expected<std::optional<std::string>> content = frames.Next();
  if (!content.ok()) return content.status();
  if (!content->has_value()) return frames.ErrorAt(frames.end(), "it ends here, without its cells");
  if (frames.end() != bytes.size()) {
    return frames.ErrorAt(frames.end(), Format("{} bytes are left, expected the end",
                                                    bytes.size() - frames.end()));
  }
  v1::Snapshot message;
  if (Status status = Parse(**content, &message); !status.ok()) return status;
  return FromMessage(&message);
}

}  // namespace rostrum::record
