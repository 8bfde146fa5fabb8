#include "lib/wire/form.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "lib/base/format.h"
#include "lib/wire/text.h"

namespace rostrum::wire {
namespace {

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameLetter(char a, char b) { return ToLower(a) == ToLower(b); }

// The edits between two short texts. Row i holds the distances of a's first i characters from all
// beginnings of b; only the last three rows are needed.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (SameLetter(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool swapped =
          i > 1 && j > 1 && SameLetter(a[i - 1], b[j - 2]) && SameLetter(a[i - 2], b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), SameLetter);
}

std::string_view NearestKey(std::string_view key, std::span<const std::string_view> known) {
  std::string_view nearest;
  size_t fewest = 0;
  for (const std::string_view candidate : known) {
    // More than half of it wrong is no misspelling. This also spares hostile keys the comparison.
    const size_t longer = std::max(key.size(), candidate.size());
    const size_t shorter = std::min(key.size(), candidate.size());
    if ((longer - shorter) * 2 > longer) continue;
    const size_t edits = EditDistance(key, candidate);
    if (edits * 2 > longer || (!nearest.empty() && edits >= fewest)) continue;
    nearest = candidate;
    fewest = edits;
  }
  return nearest;
}

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
