#include "capi/batch.h"

#include <limits>
#include <new>

#include "capi/batch_writer.h"
#include "capi/guard.h"
#include "capi/handles.h"
#include "lib/cache/internals.h"

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

namespace {

using rostrum::Status;
using rostrum::capi::Guard;
using rostrum::capi::RequireNotNull;
using rostrum::capi::StatusError;

constexpr size_t kPositionMaximum = std::numeric_limits<uint32_t>::max();

template <typename Record>
rostrum_code_t Add(rostrum_batch_t* batch, std::vector<Record> rostrum_batch::*array,
                   const Record* records, size_t count, rostrum_range_t* out,
                   rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(batch, "batch");
    if (count > 0) RequireNotNull(records, "the array of records");
    std::vector<Record>& target = batch->*array;
    if (count > kPositionMaximum - target.size()) {
      throw StatusError{rostrum::InvalidArgument(
          "the batch would hold more than 4294967295 records of one kind")};
    }
    const auto first = static_cast<uint32_t>(target.size());
    target.insert(target.end(), records, records + count);
    if (out != nullptr) *out = {first, static_cast<uint32_t>(count)};
    return Status();
  });
}

template <typename Record>
const Record* Get(const rostrum_batch_t* batch, std::vector<Record> rostrum_batch::*array,
                  size_t* count) {
  if (count != nullptr) *count = batch == nullptr ? 0 : (batch->*array).size();
  return batch == nullptr ? nullptr : (batch->*array).data();
}

}  // namespace

namespace rostrum::capi {

rostrum_text_t AddText(std::string* bytes, std::string_view text) {
  if (text.size() > kPositionMaximum - bytes->size()) {
    throw StatusError{InvalidArgument("the block of bytes would be larger than 4294967295 bytes")};
  }
  const auto offset = static_cast<uint32_t>(bytes->size());
  bytes->append(text);
  return {offset, static_cast<uint32_t>(text.size())};
}

}  // namespace rostrum::capi

rostrum_code_t rostrum_batch_create(rostrum_batch_t** batch, rostrum_error_t** error) {
  return rostrum::capi::GuardMake(batch, "batch", error, [] { return new rostrum_batch(); });
}

void rostrum_batch_destroy(rostrum_batch_t* batch) { delete batch; }

void rostrum_batch_clear(rostrum_batch_t* batch) {
  if (batch == nullptr) return;
  batch->bytes.clear();
  batch->texts.clear();
  batch->scalars.clear();
  batch->providers.clear();
  batch->signatures.clear();
  batch->indices.clear();
  batch->cells.clear();
  batch->offers.clear();
  batch->work.clear();
}

rostrum_code_t rostrum_batch_add_text(rostrum_batch_t* batch, const char* text, size_t length,
                                      rostrum_text_t* out, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(batch, "batch");
    RequireNotNull(out, "out");
    if (length > 0) RequireNotNull(text, "text");
    *out = rostrum::capi::AddText(&batch->bytes, {length > 0 ? text : "", length});
    return Status();
  });
}

rostrum_code_t rostrum_batch_add_texts(rostrum_batch_t* batch, const rostrum_text_t* texts,
                                       size_t count, rostrum_range_t* out,
                                       rostrum_error_t** error) {
  return Add(batch, &rostrum_batch::texts, texts, count, out, error);
}

rostrum_code_t rostrum_batch_add_scalars(rostrum_batch_t* batch, const rostrum_scalar_t* scalars,
                                         size_t count, rostrum_range_t* out,
                                         rostrum_error_t** error) {
  return Add(batch, &rostrum_batch::scalars, scalars, count, out, error);
}

rostrum_code_t rostrum_batch_add_providers(rostrum_batch_t* batch,
                                           const rostrum_provider_t* providers, size_t count,
                                           rostrum_range_t* out, rostrum_error_t** error) {
  return Add(batch, &rostrum_batch::providers, providers, count, out, error);
}

rostrum_code_t rostrum_batch_add_signatures(rostrum_batch_t* batch,
                                            const rostrum_signature_t* signatures, size_t count,
                                            rostrum_range_t* out, rostrum_error_t** error) {
  return Add(batch, &rostrum_batch::signatures, signatures, count, out, error);
}

rostrum_code_t rostrum_batch_add_indices(rostrum_batch_t* batch, const int32_t* indices,
                                         size_t count, rostrum_range_t* out,
                                         rostrum_error_t** error) {
  return Add(batch, &rostrum_batch::indices, indices, count, out, error);
}

rostrum_code_t rostrum_batch_add_cells(rostrum_batch_t* batch, const rostrum_cell_t* cells,
                                       size_t count, rostrum_range_t* out,
                                       rostrum_error_t** error) {
  return Add(batch, &rostrum_batch::cells, cells, count, out, error);
}

rostrum_code_t rostrum_batch_add_offers(rostrum_batch_t* batch, const rostrum_offer_t* offers,
                                        size_t count, rostrum_range_t* out,
                                        rostrum_error_t** error) {
  return Add(batch, &rostrum_batch::offers, offers, count, out, error);
}

rostrum_code_t rostrum_batch_add_work(rostrum_batch_t* batch, const rostrum_work_t* work,
                                      size_t count, rostrum_range_t* out, rostrum_error_t** error) {
  return Add(batch, &rostrum_batch::work, work, count, out, error);
}

const char* rostrum_batch_bytes(const rostrum_batch_t* batch, size_t* size) {
  if (size != nullptr) *size = batch == nullptr ? 0 : batch->bytes.size();
  return batch == nullptr ? nullptr : batch->bytes.data();
}

const rostrum_text_t* rostrum_batch_texts(const rostrum_batch_t* batch, size_t* count) {
  return Get(batch, &rostrum_batch::texts, count);
}

const rostrum_scalar_t* rostrum_batch_scalars(const rostrum_batch_t* batch, size_t* count) {
  return Get(batch, &rostrum_batch::scalars, count);
}

const rostrum_provider_t* rostrum_batch_providers(const rostrum_batch_t* batch, size_t* count) {
  return Get(batch, &rostrum_batch::providers, count);
}

const rostrum_signature_t* rostrum_batch_signatures(const rostrum_batch_t* batch, size_t* count) {
  return Get(batch, &rostrum_batch::signatures, count);
}

const int32_t* rostrum_batch_indices(const rostrum_batch_t* batch, size_t* count) {
  return Get(batch, &rostrum_batch::indices, count);
}

const rostrum_cell_t* rostrum_batch_cells(const rostrum_batch_t* batch, size_t* count) {
  return Get(batch, &rostrum_batch::cells, count);
}

const rostrum_offer_t* rostrum_batch_offers(const rostrum_batch_t* batch, size_t* count) {
  return Get(batch, &rostrum_batch::offers, count);
}

const rostrum_work_t* rostrum_batch_work(const rostrum_batch_t* batch, size_t* count) {
  return Get(batch, &rostrum_batch::work, count);
}

namespace rostrum::capi {
namespace {

uint32_t FlagsOf(const Cell& cell) {
  return (cell.evacuating ? ROSTRUM_CELL_EVACUATING : 0) |
         (cell.disabled ? ROSTRUM_CELL_DISABLED : 0) | (cell.draining ? ROSTRUM_CELL_DRAINING : 0) |
         (cell.started ? 0 : ROSTRUM_CELL_NOT_STARTED) |
         (cell.first_fit_index ? ROSTRUM_CELL_FIRST_FIT_INDEX : 0) |
         (cell.ignore_absent ? ROSTRUM_CELL_IGNORE_ABSENT : 0);
}

}  // namespace

rostrum_text_t BatchWriter::AddText(std::string_view text) {
  return capi::AddText(&batch_.bytes, text);
}

rostrum_range_t BatchWriter::AddTexts(const std::vector<std::string>& texts) {
  const auto first = static_cast<uint32_t>(batch_.texts.size());
  for (const std::string& text : texts) batch_.texts.push_back(AddText(text));
  return {first, static_cast<uint32_t>(texts.size())};
}

rostrum_resources_t BatchWriter::MakeResources(const Resources& resources) {
  const auto first = static_cast<uint32_t>(batch_.scalars.size());
  for (const NamedAmount& scalar : resources.scalars) {
    batch_.scalars.push_back({AddText(scalar.name), scalar.amount});
  }
  return {resources.memory,
          resources.disk,
          resources.cpu,
          resources.containers,
          {first, static_cast<uint32_t>(resources.scalars.size())}};
}

uint32_t BatchWriter::AddSignature(const Signature& signature) {
  rostrum_signature_t record{};
  std::vector<rostrum_provider_t> providers;
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    providers.push_back(
        {AddText(provider.scheme), static_cast<int32_t>(provider.type), 0, AddTexts(provider.set)});
  }
  record.providers = {static_cast<uint32_t>(batch_.providers.size()),
                      static_cast<uint32_t>(providers.size())};
  batch_.providers.insert(batch_.providers.end(), providers.begin(), providers.end());
  record.volume_drivers = AddTexts(signature.volume_drivers);
  record.placement_tags = AddTexts(signature.placement_tags);
  record.optional_placement_tags = AddTexts(signature.optional_placement_tags);
  batch_.signatures.push_back(record);
  return static_cast<uint32_t>(batch_.signatures.size() - 1);
}

void BatchWriter::AddCells(const Snapshot& snapshot) {
  std::map<const Signature*, uint32_t> positions;
  for (const CellSlot* const slot : Internals::TableOf(snapshot).InOrder()) {
    const Cell cell = slot->ToCell();
    // The cache has made equal signatures one object.
    const Signature* signature = slot->info->signature.get();
    if (!positions.contains(signature)) positions[signature] = AddSignature(*signature);
    rostrum_cell_t record{};
    record.id = AddText(cell.id);
    record.zone = AddText(cell.zone);
    record.index = cell.index;
    record.total = MakeResources(cell.total);
    record.available = MakeResources(cell.available);
    record.overhead = MakeResources(cell.overhead);
    record.proxy_memory = cell.proxy_memory;
    record.starting_containers = cell.starting_containers;
    record.task_count = cell.task_count;
    record.lrps = AddTexts(cell.lrps);
    record.other_lrps = cell.other_lrps;
    record.first_fit_index = cell.first_fit_index.value_or(0);
    record.signature = positions[signature];
    record.flags = FlagsOf(cell);
    record.tag = cell.tag;
    batch_.cells.push_back(record);
  }
}

void BatchWriter::AddAuctions(const std::vector<Auction>& auctions) {
  for (const Auction& auction : auctions) {
    const Work& work = *auction.work;
    rostrum_work_t record{};
    record.guid = AddText(work.guid);
    record.domain = AddText(work.domain);
    record.rootfs = AddText(work.constraint.rootfs);
    record.asked = MakeResources(work.asked);
    record.placement_tags = AddTexts(work.constraint.placement_tags);
    record.volume_drivers = AddTexts(work.constraint.volume_drivers);
    record.indices.first = static_cast<uint32_t>(batch_.indices.size());
    if (work.kind == Kind::kLrp) {
      batch_.indices.push_back(auction.index);
      record.indices.count = 1;
    }
    record.kind = static_cast<int32_t>(work.kind);
    record.max_pids = work.max_pids;
    record.attempts = auction.attempts;
    record.last_refusal = static_cast<int32_t>(auction.last_refusal);
    record.queue_time_ms = auction.queue_time_ms;
    record.tag = auction.tag;
    batch_.work.push_back(record);
  }
}

}  // namespace rostrum::capi

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
