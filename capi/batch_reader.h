// From records to the library's own values.

#ifndef ROSTRUM_CAPI_BATCH_READER_H_
#define ROSTRUM_CAPI_BATCH_READER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capi/batch.h"
#include "rostrum/auction.h"
#include "rostrum/cache.h"
#include "rostrum/cell.h"

namespace rostrum::capi {

// Reads a batch and checks every position in it. Throws StatusError with the record, the field, the
// position and the size that it is outside of.
class BatchReader {
 public:
  explicit BatchReader(const rostrum_batch& batch) : batch_(batch) {}

  // Puts the batch's cells into a cache.
  Status UpdateCells(Cache* cache, bool replace_all);

  size_t offer_count() const { return batch_.offers.size(); }
  Offer ReadOffer(size_t number);

  // The batch's work, in order, split by kind.
  struct Starts {
    std::vector<LrpStart> lrps;
    std::vector<TaskStart> tasks;
  };
  Starts ReadWork();

 private:
  // Says which record is being read, for the text of an error.
  void Enter(const char* kind, size_t number);
  [[noreturn]] void Fail(const char* field, const std::string& problem) const;

  std::string_view Text(rostrum_text_t text, const char* field) const;
  // A text by which functions of the interface name what it belongs to.
  std::string_view Identifier(rostrum_text_t text, const char* field) const;
  std::vector<std::string> Texts(rostrum_range_t range, const char* field) const;
  void CheckRange(rostrum_range_t range, size_t size, const char* field) const;
  Resources ReadResources(const rostrum_resources_t& resources, const char* field) const;
  Signature ReadSignature(uint32_t number);
  Signature SignatureOf(uint32_t number, const char* field);
  // What has to hold of every record, those that say what another one has said too.
  void CheckWork(const rostrum_work_t& record) const;
  std::shared_ptr<const Work> MakeWork(const rostrum_work_t& record) const;
  // Whether one says what a valid one has said; it is valid too then.
  bool SameText(rostrum_text_t one, rostrum_text_t valid, const char* field) const;
  bool SameTexts(rostrum_range_t one, rostrum_range_t valid, const char* field) const;
  bool SameWork(const rostrum_work_t& one, const rostrum_work_t& valid) const;

  const rostrum_batch& batch_;
  const char* kind_ = "";
  size_t number_ = 0;
};

}  // namespace rostrum::capi

#endif  // ROSTRUM_CAPI_BATCH_READER_H_
