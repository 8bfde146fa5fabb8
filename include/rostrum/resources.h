// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Amounts of what cells have and work asks for, in fixed point.

#ifndef ROSTRUM_RESOURCES_H_
#define ROSTRUM_RESOURCES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/status.h"

namespace rostrum {

// A fixed-point amount: thousandths of the resource's unit. Mesos itself counts in thousandths, so
// every amount that it can offer is exact here, and thirty tasks of 0.1 cpus fit on 3 cpus. A
// quotient of two amounts is, to the last bit, the quotient of the two whole numbers of units.
using Amount = int64_t;

inline constexpr Amount kAmountOne = 1000;
// The largest amount, and the smallest with its sign turned, that any call accepts. Sums of a
// thousand such amounts still fit into an Amount, and each is exact as a double.
inline constexpr Amount kAmountMaximum = 4'000'000'000'000'000;

// The longest id of a cell, an offer or an agent, and the longest guid of work, in bytes: results
// name them once for each decision.
inline constexpr size_t kIdMaximum = 1024;

// The largest number of containers that any call accepts.
inline constexpr int64_t kContainersMaximum = 1'000'000'000'000;

struct NamedAmount {
  std::string name;
  Amount amount = 0;

  friend bool operator==(const NamedAmount&, const NamedAmount&) = default;
};

// A vector of resources. Memory and disk are in thousandths of a MB, cpu in thousandths of a core
// (milli-CPU), containers in whole containers.
struct Resources {
  Amount memory = 0;
  Amount disk = 0;
  Amount cpu = 0;
  int64_t containers = 0;
  // Further resources by name, such as "gpus"; as many as the user likes. In any order, each name
  // once: what takes resources in normalizes them.
  std::vector<NamedAmount> scalars;

  // Sorts the scalars and adds up those of one name; drops those that are zero.
  void Normalize();

  // The amount of a scalar; zero where it is not named.
  Amount Scalar(std::string_view name) const;

  void Add(const Resources& other);
  void Subtract(const Resources& other);

  friend bool operator==(const Resources&, const Resources&) = default;
};

// Whole megabytes (or cores) as an amount.
constexpr Amount WholeAmount(int64_t units) { return units * kAmountOne; }

// "512", "512.5": an amount in its unit, without trailing zeros.
std::string FormatAmount(Amount amount);

// Whether a resource has a field of its own in Resources, so that no scalar may have its name:
// memory, disk, cpu and containers.
bool IsBuiltinResource(std::string_view name);

// An error unless every amount lies within +-kAmountMaximum, the containers within
// +-kContainersMaximum, and the names of the scalars differ from each other and from the
// built-in names. `what` names the thing in the text.
Status ValidateResources(const Resources& resources, std::string_view what);

// An error unless the id is at most kIdMaximum bytes long. `what` says of what it is.
Status ValidateId(std::string_view id, std::string_view what);

}  // namespace rostrum

#endif  // ROSTRUM_RESOURCES_H_
