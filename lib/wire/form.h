// What a reader expects of a JSON value, and what it makes of it.

#ifndef ROSTRUM_LIB_WIRE_FORM_H_
#define ROSTRUM_LIB_WIRE_FORM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/format.h"
#include "lib/base/strings.h"

namespace rostrum::wire {

// The bounds of Diego's numbers.
inline constexpr int64_t kInt32Minimum = std::numeric_limits<int32_t>::min();
inline constexpr int64_t kInt32Maximum = std::numeric_limits<int32_t>::max();
inline constexpr int64_t kInt64Minimum = std::numeric_limits<int64_t>::min();
inline constexpr int64_t kInt64Maximum = std::numeric_limits<int64_t>::max();

// Which key was probably meant by one that is not known.
//
// Whether both are the same but for the case of ASCII letters.
bool EqualIgnoringCase(std::string_view a, std::string_view b);

// The known key that takes the fewest edits (a character put in, left out or replaced, or two
// neighbours swapped) to become `key`, cases aside. Empty if all are too far off to be a guess.
std::string_view NearestKey(std::string_view key, std::span<const std::string_view> known);

// How a JSON text has to look, and where its values go.
//
// What is wrong with an array or object as a whole.
struct Complaint {
  std::string text;
  // Whether the text says already where; else the array or object itself is meant.
  bool located = false;
};

// The form of one JSON value. The reader walks through the text and hands each value to its form,
// which checks and stores it. Forms are put together once for a text, and used again for each of
// its elements; none contains itself, so their nesting is bounded.
class Form {
 public:
  virtual ~Form() = default;

  // What is expected here, for errors: "a whole number from 0 to 5".
  virtual std::string Expected() const = 0;

  // One value each. False if the value is not as expected. As in Go's reader, null is taken for
  // any value unless the form needs one, and leaves the zero value.
  virtual bool TakeNull() { return true; }
  virtual bool TakeBool(bool /*value*/) { return false; }
  virtual bool TakeNumber(std::string_view /*text*/) { return false; }
  virtual bool TakeString(std::string_view /*text*/) { return false; }
  virtual bool BeginArray() { return false; }
  virtual bool BeginObject() { return false; }

  // Around each element of an array. A null form skips the element.
  virtual Form* BeginElement() { return nullptr; }
  virtual void EndElement() {}

  // Around each member of an object. BeginMember returns what is wrong with the key, or nothing,
  // and sets the value's form; a null form skips the value.
  virtual std::string BeginMember(std::string_view /*key*/, Form** /*form*/) { return {}; }
  virtual void EndMember() {}

  // The array or object is complete. Returns what is wrong with it, or no text.
  virtual Complaint End() { return {}; }

  // Something is wrong in this value, or in one within it. A form that returns true has kept the
  // problem to itself, and the rest of its value is skipped.
  virtual bool KeepProblem(const std::string& /*problem*/) { return false; }
};

class BoolForm : public Form {
 public:
  // A null target here and below: the value is checked and dropped.
  explicit BoolForm(bool* target) : target_(target) {}

  std::string Expected() const override { return "true or false"; }
  bool TakeBool(bool value) override;

 private:
  bool* target_;
};

// A number without fraction or exponent, within bounds.
class WholeForm : public Form {
 public:
  WholeForm(int64_t* target, int64_t minimum, int64_t maximum)
      : target_(target), minimum_(minimum), maximum_(maximum) {}

  std::string Expected() const override;
  bool TakeNumber(std::string_view text) override;

 private:
  int64_t* target_;
  int64_t minimum_;
  int64_t maximum_;
};

class StringForm : public Form {
 public:
  explicit StringForm(std::string* target) : target_(target) {}

  void set_target(std::string* target) { target_ = target; }
  std::string Expected() const override { return "a string"; }
  bool TakeString(std::string_view text) override;

 private:
  std::string* target_;
};

// A string that must not be empty. `what` says what it is: "a process guid".
class NameForm : public StringForm {
 public:
  NameForm(std::string* target, std::string_view what) : StringForm(target), what_(what) {}

  std::string Expected() const override;
  bool TakeNull() override { return false; }
  bool TakeString(std::string_view text) override;

 private:
  std::string_view what_;
};

// An array whose elements all have one form. `begin` and `end` are called around each element.
class ListForm : public Form {
 public:
  ListForm(std::string_view what, Form* element, std::function<void()> begin,
           std::function<void()> end)
      : what_(what), element_(element), begin_(std::move(begin)), end_(std::move(end)) {}

  std::string Expected() const override { return std::string(what_); }
  bool BeginArray() override { return true; }
  Form* BeginElement() override;
  void EndElement() override { end_(); }

 private:
  std::string_view what_;
  Form* element_;
  std::function<void()> begin_;
  std::function<void()> end_;
};

// The list that a whole text is; see ReadJsonList.
class WholeListForm : public ListForm {
 public:
  using ListForm::ListForm;

  std::string Expected() const override {
    return ListForm::Expected() + ", one of them, or several one after the other";
  }
};

class StringListForm : public Form {
 public:
  explicit StringListForm(std::vector<std::string>* target) : target_(target), element_(nullptr) {}

  std::string Expected() const override { return "an array of strings"; }
  bool BeginArray() override { return true; }
  Form* BeginElement() override;

 private:
  std::vector<std::string>* target_;
  StringForm element_;
};

// An object with known keys, which are found as Go finds them: the exact one, else one that
// differs in the case of letters only.
class ObjectForm : public Form {
 public:
  struct Member {
    std::string_view key;
    Form* form = nullptr;
    bool required = false;
  };
  enum class UnknownKeys : int32_t {
    kSkipped = 1,  // Newer cells may say more than this library knows.
    kRefused = 2,  // A person wrote the text, and meant something by the key.
  };

  // At most 64 members.
  ObjectForm(std::string_view what, UnknownKeys unknown_keys, std::vector<Member> members);

  std::string Expected() const override { return std::string(what_); }
  bool TakeNull() override;
  bool BeginObject() override;
  std::string BeginMember(std::string_view key, Form** form) override;
  Complaint End() override;

 private:
  size_t Find(std::string_view key) const;
  std::string UnknownKey(std::string_view key) const;

  std::string_view what_;
  UnknownKeys unknown_keys_;
  std::vector<Member> members_;
  uint64_t required_ = 0;  // One bit a member; as is seen_.
  uint64_t seen_ = 0;
  // Where the next key is looked for first: writers keep the order of the keys.
  size_t next_ = 0;
};

// An object with any keys, whose values all have one form. `begin` and `end` are called around
// each member.
class MapForm : public Form {
 public:
  MapForm(std::string_view what, Form* member, std::function<void(std::string_view key)> begin,
          std::function<void()> end)
      : what_(what), member_(member), begin_(std::move(begin)), end_(std::move(end)) {}

  std::string Expected() const override { return std::string(what_); }
  bool BeginObject() override;
  std::string BeginMember(std::string_view key, Form** form) override;
  void EndMember() override { end_(); }

 private:
  std::string_view what_;
  Form* member_;
  std::function<void(std::string_view key)> begin_;
  std::function<void()> end_;
  StringSet keys_;
};

// A name that no other element of the same list may have.
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

#endif  // ROSTRUM_LIB_WIRE_FORM_H_
