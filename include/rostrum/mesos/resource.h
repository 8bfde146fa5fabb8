// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Resources as Apache Mesos offers them: a view for reading, and the exact object for giving back.

#ifndef ROSTRUM_MESOS_RESOURCE_H_
#define ROSTRUM_MESOS_RESOURCE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/resources.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// A key with a text, as Mesos attaches them to tasks, executors and reservations.
struct Label {
  std::string key;
  std::string value;

  friend bool operator==(const Label&, const Label&) = default;
};

// Both ends belong to the range.
struct ValueRange {
  uint64_t begin = 0;
  uint64_t end = 0;

  friend bool operator==(const ValueRange&, const ValueRange&) = default;
};

enum class ValueType : int32_t { kScalar = 0, kRanges = 1, kSet = 2, kText = 3 };

// One step of a reservation, the outermost role first.
struct Reservation {
  bool dynamic = false;
  std::string role;
  std::string principal;
  std::vector<Label> labels;

  friend bool operator==(const Reservation&, const Reservation&) = default;
};

// One resource of an offer, of a task or of an executor.
struct Resource {
  std::string name;  // "cpus", "mem" (MB), "disk" (MB), "gpus", "ports" or any other.
  ValueType type = ValueType::kScalar;

  // Which of these counts is said by `type`. A scalar is in thousandths of its unit, as everywhere
  // in Rostrum, and as Mesos itself counts.
  Amount scalar = 0;
  std::vector<ValueRange> ranges;
  std::vector<std::string> items;

  // For whom it is reserved; empty: for nobody. The last step counts (reserved_role()).
  std::vector<Reservation> reservations;
  // The role that it was offered to; see Offer::role.
  std::string allocation_role;
  bool revocable = false;  // May be taken away at any time.
  bool shared = false;     // Offered to several at once.
  // Of a disk with a source, a persistent volume, or from a resource provider. What is to be placed
  // on a plain disk may not be put there.
  bool special_disk = false;

  // The object as it was offered, as Mesos' own bytes. Opaque; empty for a resource that was made
  // here. Whatever the view above does not show is taken over from it when the resource is sent.
  std::string exact;

  // The role for which it is reserved, or "*".
  std::string_view reserved_role() const;
  // Neither revocable, nor shared, nor of a special disk. Only such resources may be added up.
  bool plain() const { return !revocable && !shared && !special_disk; }

  friend bool operator==(const Resource&, const Resource&) = default;
};

// A part of `offered`: the same object in everything but the amount.
// REQUIRES: `offered` is a scalar.
Resource Carve(const Resource& offered, Amount amount);

// The same for ranges such as ports.
Resource CarveRanges(const Resource& offered, std::vector<ValueRange> ranges);

// A scalar that is reserved for nobody, such as a task asks for where nothing was offered yet.
Resource MakeScalar(std::string name, Amount amount);

// "cpus:4", "ports:[31000-32000]", "mem(reserved for web, revocable):512": for people.
std::string Describe(const Resource& resource);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_RESOURCE_H_
