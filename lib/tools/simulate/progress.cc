#include "lib/tools/simulate/progress.h"

#include <algorithm>
#include <string>

#include "lib/base/format.h"
#include "lib/wire/excerpt.h"

namespace rostrum::tools {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr size_t kBarWidth = 30;
constexpr size_t kNameWidth = 24;
// The terminal's own "back to the start, and wipe to the end of the line".
constexpr std::string_view kWipe = "\r\033[K";

}  // namespace

Progress::~Progress() {
  if (drawn_) *terminal_ << kWipe << std::flush;
}

void Progress::Show(std::string_view what, double share) {
  if (terminal_ == nullptr) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < kInterval) return;
  drawn_ = true;
  last_ = now;
  share = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<size_t>(share * kBarWidth);
  *terminal_ << kWipe
             << Format("{} [{}{}] {:3.0f} %", wire::Cut(what, kNameWidth),
                            std::string(full, '#'), std::string(kBarWidth - full, '.'), share * 100)
             << std::flush;
}

}  // namespace rostrum::tools
