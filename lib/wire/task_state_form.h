// The state of a task.

#ifndef ROSTRUM_LIB_WIRE_TASK_STATE_FORM_H_
#define ROSTRUM_LIB_WIRE_TASK_STATE_FORM_H_

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "lib/wire/form.h"

namespace rostrum::wire {

// One of the names that Diego has for it; dropped, since all tasks that are to be placed are new.
// Diego itself does not take null here.
class TaskStateForm : public Form {
 public:
  std::string Expected() const override {
    return "\"Invalid\", \"Pending\", \"Running\", \"Completed\" or \"Resolving\"";
  }
  bool TakeNull() override { return false; }
  bool TakeString(std::string_view text) override {
    return std::find(kNames.begin(), kNames.end(), text) != kNames.end();
  }

 private:
  static constexpr std::array<std::string_view, 5> kNames = {"Invalid", "Pending", "Running",
                                                             "Completed", "Resolving"};
};

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_TASK_STATE_FORM_H_
