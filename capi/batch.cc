#include "capi/batch.h"

#include <limits>

#include "capi/guard.h"

namespace {

using rostrum::Status;
using rostrum::capi::Guard;
using rostrum::capi::RequireNotNull;
using rostrum::capi::StatusError;

constexpr size_t kPositionMaximum = std::numeric_limits<uint32_t>::max();

template <typename Record>
rostrum_code_t Add(rostrum_batch_t* batch, std::vector<Record> rostrum_batch::* array,
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
const Record* Get(const rostrum_batch_t* batch, std::vector<Record> rostrum_batch::* array,
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
                                      size_t count, rostrum_range_t* out,
                                      rostrum_error_t** error) {
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
