// From the library's own values to records.

#ifndef ROSTRUM_CAPI_BATCH_WRITER_H_
#define ROSTRUM_CAPI_BATCH_WRITER_H_

#include <map>
#include <string>
#include <vector>

#include "capi/batch.h"
#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/snapshot.h"

namespace rostrum::capi {

// Adds values to a batch.
class BatchWriter {
 public:
  explicit BatchWriter(rostrum_batch* batch) : batch_(*batch) {}

  void AddCells(const Snapshot& snapshot);
  void AddAuctions(const std::vector<Auction>& auctions);
  // Adds texts to the array of texts.
  rostrum_range_t AddTexts(const std::vector<std::string>& texts);

 private:
  rostrum_text_t AddText(std::string_view text);
  rostrum_resources_t MakeResources(const Resources& resources);
  uint32_t AddSignature(const Signature& signature);

  rostrum_batch& batch_;
};

}  // namespace rostrum::capi

#endif  // ROSTRUM_CAPI_BATCH_WRITER_H_
