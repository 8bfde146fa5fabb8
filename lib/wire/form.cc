#include "lib/wire/form.h"

#include <charconv>

#include "lib/base/format.h"
#include "lib/wire/excerpt.h"
#include "lib/wire/near_key.h"

namespace rostrum::wire {
namespace {

std::string KeyTwice(std::string_view key, std::string_view known) {
  const std::string also = key == known ? "" : Format(", as {}", Quote(known));
  return Format("key {} appears twice{}, expected each key once", Quote(key), also);
}

}  // namespace

bool BoolForm::TakeBool(bool value) {
  if (target_ != nullptr) *target_ = value;
  return true;
}

std::string WholeForm::Expected() const {
  return Format("a whole number from {} to {}", minimum_, maximum_);
}

bool WholeForm::TakeNumber(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < minimum_ || value > maximum_) return false;
  if (target_ != nullptr) *target_ = value;
  return true;
}

bool StringForm::TakeString(std::string_view text) {
  if (target_ != nullptr) target_->assign(text);
  return true;
}

std::string NameForm::Expected() const { return Format("{} that is not empty", what_); }

bool NameForm::TakeString(std::string_view text) {
  return !text.empty() && StringForm::TakeString(text);
}

Form* ListForm::BeginElement() {
  begin_();
  return element_;
}

Form* StringListForm::BeginElement() {
  if (target_ != nullptr) element_.set_target(&target_->emplace_back());
  return &element_;
}

ObjectForm::ObjectForm(std::string_view what, UnknownKeys unknown_keys, std::vector<Member> members)
    : what_(what), unknown_keys_(unknown_keys), members_(std::move(members)) {
  for (size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].required) required_ |= uint64_t{1} << i;
  }
}

bool ObjectForm::TakeNull() { return required_ == 0; }

bool ObjectForm::BeginObject() {
  seen_ = 0;
  next_ = 0;
  return true;
}

size_t ObjectForm::Find(std::string_view key) const {
  if (next_ < members_.size() && members_[next_].key == key) return next_;
  for (size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].key == key) return i;
  }
  for (size_t i = 0; i < members_.size(); ++i) {
    if (EqualIgnoringCase(members_[i].key, key)) return i;
  }
  return members_.size();
}

std::string ObjectForm::UnknownKey(std::string_view key) const {
  std::vector<std::string_view> known;
  for (const Member& member : members_) known.push_back(member.key);
  const std::string_view meant = NearestKey(key, known);
  if (!meant.empty()) {
    return Format("unknown key {}, did you mean {}?", Quote(key), Quote(meant));
  }
  return Format("unknown key {}, expected one of {}", Quote(key), Join(known, ", "));
}

std::string ObjectForm::BeginMember(std::string_view key, Form** form) {
  const size_t at = Find(key);
  if (at == members_.size()) {
    return unknown_keys_ == UnknownKeys::kSkipped ? std::string() : UnknownKey(key);
  }
  const uint64_t bit = uint64_t{1} << at;
  if ((seen_ & bit) != 0) return KeyTwice(key, members_[at].key);
  seen_ |= bit;
  next_ = at + 1;
  *form = members_[at].form;
  return {};
}

Complaint ObjectForm::End() {
  const uint64_t missing = required_ & ~seen_;
  if (missing == 0) return {};
  size_t at = 0;
  while ((missing >> at & 1) == 0) ++at;
  const Member& member = members_[at];
  return {Format("{} is missing, expected {}", member.key, member.form->Expected())};
}

bool MapForm::BeginObject() {
  keys_.clear();
  return true;
}

std::string MapForm::BeginMember(std::string_view key, Form** form) {
  if (!keys_.emplace(key).second) return KeyTwice(key, key);
  begin_(key);
  *form = member_;
  return {};
}

}  // namespace rostrum::wire
