#include <cstdlib>

#include "lib/wire/json_writer.h"
#include "lib/wire/wire.h"

namespace rostrum::wire {
namespace {

// Go writes a list that was never made as null, and reads either.
void WriteStrings(std::string_view key, const std::vector<std::string>& strings,
                  JsonWriter* writer) {
  writer->Key(key);
  if (strings.empty()) return writer->Null();
  writer->BeginArray();
  for (const std::string& text : strings) writer->String(text);
  writer->EndArray();
}

// The wire has whole MB only. Rounded up, so that a cell does not take more than it was scored for.
int64_t RoundUp(Amount amount) { return amount / kAmountOne + (amount % kAmountOne > 0 ? 1 : 0); }

void WriteString(std::string_view key, std::string_view text, JsonWriter* writer) {
  writer->Key(key);
  writer->String(text);
}

void WriteInt(std::string_view key, int64_t value, JsonWriter* writer) {
  writer->Key(key);
  writer->Int(value);
}

void WriteConstraintAndResources(const Work& work, JsonWriter* writer) {
  WriteStrings("PlacementTags", work.constraint.placement_tags, writer);
  WriteStrings("VolumeDrivers", work.constraint.volume_drivers, writer);
  WriteString("RootFs", work.constraint.rootfs, writer);
  WriteInt("MemoryMB", RoundUp(work.asked.memory), writer);
  WriteInt("DiskMB", RoundUp(work.asked.disk), writer);
  WriteInt("MaxPids", work.max_pids, writer);
}

void WriteLrp(const Auction& auction, JsonWriter* writer) {
  writer->BeginObject();
  WriteString("instance_guid", "", writer);
  WriteString("process_guid", auction.work->guid, writer);
  WriteInt("index", auction.index, writer);
  WriteString("domain", auction.work->domain, writer);
  WriteConstraintAndResources(*auction.work, writer);
  WriteString("state", "", writer);
  writer->EndObject();
}

void WriteTask(const Auction& auction, JsonWriter* writer) {
  writer->BeginObject();
  WriteString("TaskGuid", auction.work->guid, writer);
  WriteString("Domain", auction.work->domain, writer);
  WriteConstraintAndResources(*auction.work, writer);
  WriteString("state", "Invalid", writer);
  writer->Key("failed");
  writer->Bool(false);
  writer->EndObject();
}

void WriteAuctions(std::string_view key, std::span<const Auction* const> auctions,
                   void (*write)(const Auction&, JsonWriter*), JsonWriter* writer) {
  writer->Key(key);
  writer->BeginArray();
  for (const Auction* auction : auctions) write(*auction, writer);
  writer->EndArray();
}

}  // namespace

std::string WriteWork(std::string_view cell_id, std::span<const Auction* const> lrps,
                      std::span<const Auction* const> tasks) {
  JsonWriter writer;
  writer.BeginObject();
  WriteAuctions("LRPs", lrps, WriteLrp, &writer);
  WriteAuctions("Tasks", tasks, WriteTask, &writer);
  if (!cell_id.empty()) WriteString("cell_id", cell_id, &writer);
  writer.EndObject();
  return writer.TakeText();
}

}  // namespace rostrum::wire
