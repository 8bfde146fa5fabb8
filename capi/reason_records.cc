#include "capi/batch.h"
#include "capi/handles.h"

namespace rostrum::capi {

rostrum_range_t ReasonRecords::Add(const std::vector<ReasonCount>& counts) {
  const auto first = static_cast<uint32_t>(reasons.size());
  for (const ReasonCount& count : counts) {
    rostrum_reason_t record{};
    record.subject = AddText(&bytes, count.subject);
    record.cell_id = AddText(&bytes, count.cell_id);
    record.code = static_cast<int32_t>(count.reason);
    record.is_static = count.is_static ? 1 : 0;
    record.cells = count.cells;
    record.asked = count.asked;
    record.free = count.free;
    record.short_by = count.short_by;
    reasons.push_back(record);
  }
  return {first, static_cast<uint32_t>(counts.size())};
}

}  // namespace rostrum::capi
