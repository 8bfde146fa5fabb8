#include "lib/wire/providers_form.h"

#include <utility>

namespace rostrum::wire {
namespace {

constexpr std::string_view kArbitrary = "arbitrary";
constexpr std::string_view kFixedSet = "fixed_set";

RootfsProvider::Type TypeOf(std::string_view name) {
  if (name == kArbitrary) return RootfsProvider::Type::kArbitrary;
  if (name == kFixedSet) return RootfsProvider::Type::kFixedSet;
  return RootfsProvider::Type::kUnknown;
}

}  // namespace

SetForm::SetForm(std::vector<std::string>* names, Form* member)
    : MapForm(
          "an object such as {\"cflinuxfs4\":{}}", member,
          [names](std::string_view name) { names->emplace_back(name); }, [] {}) {}

bool SetForm::KeepProblem(const std::string& problem) {
  problem_ = problem;
  return true;
}

ProviderForm::ProviderForm(const std::string* type, SetForm* set, std::vector<Member> members)
    : ObjectForm("an object such as {\"type\":\"arbitrary\"}", UnknownKeys::kSkipped,
                 std::move(members)),
      type_(type),
      set_(set) {}

Complaint ProviderForm::End() {
  if (*type_ == kFixedSet && !set_->problem().empty()) return {set_->problem(), /*located=*/true};
  return ObjectForm::End();
}

ProvidersForm::ProvidersForm(std::vector<RootfsProvider>* target)
    : target_(target),
      type_form_(&type_),
      nothing_form_("an empty object", ObjectForm::UnknownKeys::kSkipped, {}),
      set_form_(&provider_.set, &nothing_form_),
      provider_form_(&type_, &set_form_, {{"type", &type_form_}, {"set", &set_form_}}),
      providers_(
          "an object such as {\"docker\":{\"type\":\"arbitrary\"}}", &provider_form_,
          [this](std::string_view scheme) { Begin(scheme); }, [this] { End(); }) {}

void ProvidersForm::Begin(std::string_view scheme) {
  provider_.scheme = scheme;
  provider_.set.clear();
  type_.clear();
  set_form_.Reset();
}

void ProvidersForm::End() {
  provider_.type = TypeOf(type_);
  if (provider_.type != RootfsProvider::Type::kFixedSet) provider_.set.clear();
  target_->push_back(std::exchange(provider_, RootfsProvider()));
}

}  // namespace rostrum::wire
