// Batches: records in arrays, texts in one block.

#ifndef ROSTRUM_CAPI_BATCH_H_
#define ROSTRUM_CAPI_BATCH_H_

#include <string>
#include <string_view>
#include <vector>

#include "rostrum/rostrum.h"

struct rostrum_batch {
  std::string bytes;
  std::vector<rostrum_text_t> texts;
  std::vector<rostrum_scalar_t> scalars;
  std::vector<rostrum_provider_t> providers;
  std::vector<rostrum_signature_t> signatures;
  std::vector<int32_t> indices;
  std::vector<rostrum_cell_t> cells;
  std::vector<rostrum_offer_t> offers;
  std::vector<rostrum_work_t> work;
};

namespace rostrum::capi {

// Adds a text to a block. Throws if the block would be larger than its positions can say.
rostrum_text_t AddText(std::string* bytes, std::string_view text);

}  // namespace rostrum::capi

#endif  // ROSTRUM_CAPI_BATCH_H_
