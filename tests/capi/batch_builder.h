// From the library's C++ values to records: what an embedder that has its own values has to write.

#ifndef ROSTRUM_TESTS_CAPI_BATCH_BUILDER_H_
#define ROSTRUM_TESTS_CAPI_BATCH_BUILDER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/rostrum.h"

namespace rostrum::capi_test {

// A batch that grows. Calls that fail end the program: they cannot, short of memory.
class BatchBuilder {
 public:
  BatchBuilder();

  void Add(const Cell& cell);
  void Add(const LrpStart& start);
  void Add(const TaskStart& start);

  const rostrum_batch_t* get() const { return batch_.get(); }

 private:
  rostrum_text_t Text(std::string_view text);
  rostrum_range_t Texts(const std::vector<std::string>& texts);
  rostrum_resources_t MakeResources(const Resources& resources);
  uint32_t AddSignature(const Signature& signature);
  rostrum_work_t MakeWork(const Work& work, uint64_t tag);

  std::unique_ptr<rostrum_batch_t, void (*)(rostrum_batch_t*)> batch_;
};

}  // namespace rostrum::capi_test

#endif  // ROSTRUM_TESTS_CAPI_BATCH_BUILDER_H_
