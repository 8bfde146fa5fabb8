// Makes equal signatures one object.

#ifndef ROSTRUM_LIB_CACHE_SIGNATURE_POOL_H_
#define ROSTRUM_LIB_CACHE_SIGNATURE_POOL_H_

#include <memory>
#include <string>

#include "lib/base/strings.h"
#include "rostrum/constraint.h"

namespace rostrum {

// Thousands of cells offer the same few things. Giving them one signature lets a round look at each
// demand once for each signature instead of once for each cell.
class SignaturePool {
 public:
  // Normalizes the signature and returns the one object that is equal to it.
  std::shared_ptr<const Signature> Intern(Signature signature);

  // Forgets those that nobody else holds.
  void Prune();

 private:
  StringMap<std::shared_ptr<const Signature>> pool_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_SIGNATURE_POOL_H_
