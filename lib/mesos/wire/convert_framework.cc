#include <algorithm>

#include "lib/mesos/wire/convert.h"

namespace rostrum::mesos {
namespace {

using Capability = wire::FrameworkInfo::Capability;

struct CapabilityFlag {
  Capability::Type type;
  bool Capabilities::*flag;
};

constexpr CapabilityFlag kCapabilityFlags[] = {
    {Capability::PARTITION_AWARE, &Capabilities::partition_aware},
    {Capability::MULTI_ROLE, &Capabilities::multi_role},
    {Capability::RESERVATION_REFINEMENT, &Capabilities::reservation_refinement},
    {Capability::TASK_KILLING_STATE, &Capabilities::task_killing_state},
    {Capability::REVOCABLE_RESOURCES, &Capabilities::revocable_resources},
    {Capability::SHARED_RESOURCES, &Capabilities::shared_resources},
    {Capability::REGION_AWARE, &Capabilities::region_aware},
    {Capability::GPU_RESOURCES, &Capabilities::gpu_resources},
};

void WriteSelector(const OfferConstraint& constraint,
                   wire::scheduler::AttributeConstraint::Selector* message) {
  if (constraint.subject == OfferConstraint::Subject::kAttribute) {
    message->set_attribute_name(constraint.attribute);
    return;
  }
  message->set_pseudoattribute_type(
      static_cast<wire::scheduler::AttributeConstraint::Selector::PseudoattributeType>(
          constraint.subject));
}

void WritePredicate(const OfferConstraint& constraint,
                    wire::scheduler::AttributeConstraint::Predicate* message) {
  switch (constraint.test) {
    case OfferConstraint::Test::kExists:
      message->mutable_exists();
      break;
    case OfferConstraint::Test::kNotExists:
      message->mutable_not_exists();
      break;
    case OfferConstraint::Test::kEquals:
      message->mutable_text_equals()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kNotEquals:
      message->mutable_text_not_equals()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kMatches:
      message->mutable_text_matches()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kNotMatches:
      message->mutable_text_not_matches()->set_value(constraint.text);
      break;
  }
}

void WriteMinimalOffers(const FrameworkInfo& framework, wire::FrameworkInfo* message) {
  for (const auto& [role, alternatives] : framework.minimal_offers) {
    wire::OfferFilters& filters = (*message->mutable_offer_filters())[role];
    filters.mutable_min_allocatable_resources();
    for (const auto& amounts : alternatives) {
      auto* written = filters.mutable_min_allocatable_resources()->add_quantities();
      for (const auto& [name, amount] : amounts) {
        (*written->mutable_quantities())[name].set_value(WriteAmount(amount));
      }
    }
  }
}

}  // namespace

void WriteFramework(const FrameworkInfo& framework, wire::FrameworkInfo* message) {
  message->set_name(framework.name);
  message->set_user(framework.user);
  if (!framework.principal.empty()) message->set_principal(framework.principal);
  message->set_checkpoint(framework.checkpoint);
  message->set_failover_timeout(static_cast<double>(framework.failover_timeout.count()));
  if (framework.capabilities.multi_role) {
    for (const std::string& role : framework.roles) message->add_roles(role);
  } else if (!framework.roles.empty()) {
    message->set_role(framework.roles.front());
  }
  for (const CapabilityFlag& capability : kCapabilityFlags) {
    if (framework.capabilities.*capability.flag) {
      message->add_capabilities()->set_type(capability.type);
    }
  }
  if (!framework.hostname.empty()) message->set_hostname(framework.hostname);
  if (!framework.web_ui_url.empty()) message->set_webui_url(framework.web_ui_url);
  if (!framework.labels.empty()) WriteLabels(framework.labels, message->mutable_labels());
  WriteMinimalOffers(framework, message);
}

FrameworkInfo ReadFramework(const wire::FrameworkInfo& message) {
  FrameworkInfo framework;
  framework.name = message.name();
  framework.user = message.user();
  framework.principal = message.principal();
  framework.checkpoint = message.checkpoint();
  framework.failover_timeout =
      std::chrono::seconds(ReadAmount(message.failover_timeout()) / kAmountOne);
  framework.roles.assign(message.roles().begin(), message.roles().end());
  if (message.has_role()) framework.roles.push_back(message.role());
  for (const CapabilityFlag& capability : kCapabilityFlags) {
    framework.capabilities.*capability.flag =
        std::any_of(message.capabilities().begin(), message.capabilities().end(),
                    [&](const Capability& given) { return given.type() == capability.type; });
  }
  framework.hostname = message.hostname();
  framework.web_ui_url = message.webui_url();
  framework.labels = ReadLabels(message.labels());
  return framework;
}

void WriteOfferConstraints(const FrameworkInfo& framework,
                           wire::scheduler::OfferConstraints* message) {
  for (const auto& [role, groups] : framework.offer_constraints) {
    auto& written = (*message->mutable_role_constraints())[role];
    for (const OfferConstraintGroup& group : groups) {
      auto* written_group = written.add_groups();
      for (const OfferConstraint& constraint : group) {
        auto* written_constraint = written_group->add_attribute_constraints();
        WriteSelector(constraint, written_constraint->mutable_selector());
        WritePredicate(constraint, written_constraint->mutable_predicate());
      }
    }
  }
}

}  // namespace rostrum::mesos
