// The resources of offers, from which tasks are cut.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_PURSE_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_PURSE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "rostrum/mesos/resource.h"
#include "rostrum/resources.h"

namespace rostrum::mesos {

// Whether a framework may put ordinary work on a resource that was offered: it is plain, and not
// reserved with labels, by which somebody has marked it for something of his own.
bool IsUsable(const Resource& resource);
// The same for work that may lose its resources at any time.
bool IsUsableRevocable(const Resource& resource);

// What is left of some resources. Parts of it are cut off object by object, so that everything that
// comes out was offered exactly so.
class Purse {
 public:
  Purse() = default;
  explicit Purse(std::vector<Resource> resources);

  void Add(const Resource& resource);

  // What work can be placed on: memory, disk, cpu, the number of ports as the scalar "ports", and
  // other scalars by their names. No containers, which Mesos does not count.
  Resources Sum() const;
  bool empty() const { return left_.empty(); }

  // Cuts off what is asked. Nothing, and nothing is cut, if there is too little of something. What
  // is reserved for a role goes first: others cannot use it.
  std::optional<std::vector<Resource>> Cut(const Resources& asked);

 private:
  bool CutScalar(std::string_view name, Amount amount, std::vector<Resource>* parts);
  bool CutPorts(uint64_t count, std::vector<Resource>* parts);

  std::vector<Resource> left_;  // Reserved ones first.
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_PURSE_H_
