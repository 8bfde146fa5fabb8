
#include <algorithm>
#include <iterator>

#include "lib/base/format.h"
#include "lib/record/messages.h"

namespace rostrum::record {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

void PutTexts(const std::vector<std::string>& texts, Texts* field) {
  field->Reserve(static_cast<int>(texts.size()));
  for (const std::string& text : texts) *field->Add() = text;
}

std::vector<std::string> TakeTexts(Texts* field) {
  return {std::make_move_iterator(field->begin()), std::make_move_iterator(field->end())};
}

bool AnyNegative(const Resources& resources) {
  return resources.memory < 0 || resources.disk < 0 || resources.cpu < 0 ||
         std::any_of(resources.scalars.begin(), resources.scalars.end(),
                     [](const NamedAmount& scalar) { return scalar.amount < 0; });
}

// What a round relies on. Less than ValidateWork asks: a round takes work without a domain.
Status CheckWork(const Work& work) {
  if (work.kind != Kind::kLrp && work.kind != Kind::kTask) {
    return Corrupt(Format("work \"{}\" is of kind {}, expected 1 (lrp) or 2 (task)", work.guid,
                               static_cast<int32_t>(work.kind)));
  }
  if (Status status = CheckResources(work.asked, work.guid); !status.ok()) {
    return Corrupt(status.text());
  }
  if (!AnyNegative(work.asked)) return {};
  return Corrupt(
      Format("work \"{}\" asks for a negative amount, expected zero or more", work.guid));
}

}  // namespace

Status CheckResources(const Resources& resources, std::string_view what) {
  if (resources.scalars.size() > kScalarsMaximum) {
    return InvalidArgument(Format("{}: {} resources are named, expected at most {}", what,
                                       resources.scalars.size(), kScalarsMaximum));
  }
  return ValidateResources(resources, what);
}

void ToMessage(const Resources& resources, v1::Resources* message) {
  message->set_memory(resources.memory);
  message->set_disk(resources.disk);
  message->set_cpu(resources.cpu);
  message->set_containers(resources.containers);
  for (const NamedAmount& scalar : resources.scalars) {
    v1::Scalar* added = message->add_scalars();
    added->set_name(scalar.name);
    added->set_amount(scalar.amount);
  }
}

Resources FromMessage(const v1::Resources& message) {
  Resources resources;
  resources.memory = message.memory();
  resources.disk = message.disk();
  resources.cpu = message.cpu();
  resources.containers = message.containers();
  resources.scalars.reserve(static_cast<size_t>(message.scalars_size()));
  for (const v1::Scalar& scalar : message.scalars()) {
    resources.scalars.push_back({scalar.name(), scalar.amount()});
  }
  return resources;
}

void ToMessage(const Signature& signature, v1::Signature* message) {
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    v1::RootfsProvider* added = message->add_rootfs_providers();
    added->set_scheme(provider.scheme);
    added->set_type(static_cast<int32_t>(provider.type));
    PutTexts(provider.set, added->mutable_set());
  }
  PutTexts(signature.volume_drivers, message->mutable_volume_drivers());
  PutTexts(signature.placement_tags, message->mutable_placement_tags());
  PutTexts(signature.optional_placement_tags, message->mutable_optional_placement_tags());
}

Signature FromMessage(v1::Signature* message) {
  Signature signature;
  for (v1::RootfsProvider& provider : *message->mutable_rootfs_providers()) {
    signature.rootfs_providers.push_back({std::move(*provider.mutable_scheme()),
                                          static_cast<RootfsProvider::Type>(provider.type()),
                                          TakeTexts(provider.mutable_set())});
  }
  signature.volume_drivers = TakeTexts(message->mutable_volume_drivers());
  signature.placement_tags = TakeTexts(message->mutable_placement_tags());
  signature.optional_placement_tags = TakeTexts(message->mutable_optional_placement_tags());
  return signature;
}

Status ToMessage(const Work& work, v1::Work* message) {
  if (Status status = CheckWork(work); !status.ok()) return InvalidArgument(status.text());
  message->set_kind(static_cast<int32_t>(work.kind));
  message->set_guid(work.guid);
  message->set_domain(work.domain);
  ToMessage(work.asked, message->mutable_asked());
  message->set_rootfs(work.constraint.rootfs);
  PutTexts(work.constraint.placement_tags, message->mutable_placement_tags());
  PutTexts(work.constraint.volume_drivers, message->mutable_volume_drivers());
  message->set_max_pids(work.max_pids);
  return {};
}

Expected<std::shared_ptr<const Work>> FromMessage(v1::Work* message) {
  auto work = std::make_shared<Work>();
  work->kind = static_cast<Kind>(message->kind());
  work->guid = std::move(*message->mutable_guid());
  work->domain = std::move(*message->mutable_domain());
  work->asked = FromMessage(message->asked());
  work->constraint.rootfs = std::move(*message->mutable_rootfs());
  work->constraint.placement_tags = TakeTexts(message->mutable_placement_tags());
  work->constraint.volume_drivers = TakeTexts(message->mutable_volume_drivers());
  work->max_pids = message->max_pids();
  if (Status status = CheckWork(*work); !status.ok()) return status;
  return std::shared_ptr<const Work>(std::move(work));
}

}  // namespace rostrum::record
