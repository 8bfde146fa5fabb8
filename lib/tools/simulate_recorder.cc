#include "lib/tools/simulate_recorder.h"

#include <memory>

#include "lib/record/recording.h"

namespace rostrum::tools {

Expected<RoundSink> OpenSimulateRecorder(const std::string& path) {
  auto opened = record::RoundRecorder::Open(path, {});
  if (!opened.ok()) return opened.status();
  // Shared, since a function object must be copyable.
  std::shared_ptr<record::RoundRecorder> recorder = std::move(*opened);
  return RoundSink([recorder](const Round& round, std::string_view strategy_name) {
    return recorder->Append(round, strategy_name);
  });
}

}  // namespace rostrum::tools
