#include "lib/cache/signature_pool.h"

#include "lib/base/format.h"
#include "lib/base/key.h"

namespace rostrum {
namespace {

void AppendAll(std::string* key, const std::vector<std::string>& texts) {
  AppendFormat(key, "[{}]", texts.size());
  for (const std::string& text : texts) AppendToKey(key, text);
}

// No two signatures share a key.
std::string KeyOf(const Signature& signature) {
  std::string key;
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    AppendFormat(&key, "p{}", static_cast<int32_t>(provider.type));
    AppendToKey(&key, provider.scheme);
    AppendAll(&key, provider.set);
  }
  AppendAll(&key, signature.volume_drivers);
  AppendAll(&key, signature.placement_tags);
  AppendAll(&key, signature.optional_placement_tags);
  return key;
}

}  // namespace

std::shared_ptr<const Signature> SignaturePool::Intern(Signature signature) {
  signature.Normalize();
  std::shared_ptr<const Signature>& entry = pool_[KeyOf(signature)];
  if (entry == nullptr) entry = std::make_shared<const Signature>(std::move(signature));
  return entry;
}

void SignaturePool::Prune() {
  for (auto at = pool_.begin(); at != pool_.end();) {
    const auto entry = at++;
    if (entry->second.use_count() == 1) pool_.erase(entry);
  }
}

}  // namespace rostrum
