// The root file systems of a cell.

#ifndef ROSTRUM_LIB_WIRE_PROVIDERS_FORM_H_
#define ROSTRUM_LIB_WIRE_PROVIDERS_FORM_H_

#include <string>
#include <string_view>
#include <vector>

#include "lib/wire/form.h"
#include "rostrum/constraint.h"

namespace rostrum::wire {

// The names of a fixed set. Whether they matter is not known before the provider's type is, which
// comes later in what reps write, so a problem in here is kept until then.
class SetForm : public MapForm {
 public:
  SetForm(std::vector<std::string>* names, Form* member);

  bool KeepProblem(const std::string& problem) override;
  const std::string& problem() const { return problem_; }
  void Reset() { problem_.clear(); }

 private:
  std::string problem_;
};

// One provider, without its scheme.
class ProviderForm : public ObjectForm {
 public:
  // `type` and `set` belong to the members of those names.
  ProviderForm(const std::string* type, SetForm* set, std::vector<Member> members);

  Complaint End() override;

 private:
  const std::string* type_;
  SetForm* set_;
};

// The object {SCHEME: PROVIDER}.
class ProvidersForm {
 public:
  explicit ProvidersForm(std::vector<RootfsProvider>* target);
  ProvidersForm(const ProvidersForm&) = delete;
  ProvidersForm& operator=(const ProvidersForm&) = delete;

  Form* form() { return &providers_; }

 private:
  void Begin(std::string_view scheme);
  void End();

  std::vector<RootfsProvider>* target_;
  RootfsProvider provider_;
  std::string type_;
  StringForm type_form_;
  ObjectForm nothing_form_;
  SetForm set_form_;
  ProviderForm provider_form_;
  MapForm providers_;
};

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_PROVIDERS_FORM_H_
