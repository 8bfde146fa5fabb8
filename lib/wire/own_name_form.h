// A name that no other element of the same list may have.

#ifndef ROSTRUM_LIB_WIRE_OWN_NAME_FORM_H_
#define ROSTRUM_LIB_WIRE_OWN_NAME_FORM_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/wire/form.h"

namespace rostrum::wire {

class OwnNameForm : public NameForm {
 public:
  // @param what  what it is, such as "a cell id"; `own` the same for one that another element has,
  //              such as "an id of its own".
  OwnNameForm(std::string* target, std::string_view what, std::string_view own)
      : NameForm(target, what), own_(own) {}

  // To be called at the beginning of each element of the list.
  void BeginOwner() { ++owner_count_; }

  std::string Expected() const override {
    if (!first_with_name_) return NameForm::Expected();
    return Format("{}: [{}] has it already", own_, *first_with_name_);
  }

  bool TakeString(std::string_view text) override {
    if (!NameForm::TakeString(text)) return false;
    const auto [at, is_new] = names_.try_emplace(std::string(text), owner_count_ - 1);
    if (!is_new) first_with_name_ = at->second;
    return is_new;
  }

 private:
  std::string_view own_;
  size_t owner_count_ = 0;
  StringMap<size_t> names_;
  std::optional<size_t> first_with_name_;
};

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_OWN_NAME_FORM_H_
