#include "lib/mesos/framework/work_data.h"

#include <memory>
#include <span>

#include "lib/wire/wire.h"

namespace rostrum::mesos {

std::string WriteWorkData(const Work& work, int32_t index) {
  Auction auction;
  // The caller's work outlives the call.
  auction.work = std::shared_ptr<const Work>(std::shared_ptr<const Work>(), &work);
  auction.index = index;
  const Auction* const one = &auction;
  const std::span<const Auction* const> all(&one, 1);
  if (work.kind == Kind::kLrp) return wire::WriteWork("", all, {});
  return wire::WriteWork("", {}, all);
}

}  // namespace rostrum::mesos
