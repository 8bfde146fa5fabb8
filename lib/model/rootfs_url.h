// The part of Go's net/url that decides where an image may run.

#ifndef ROSTRUM_LIB_MODEL_ROOTFS_URL_H_
#define ROSTRUM_LIB_MODEL_ROOTFS_URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace rostrum {

struct RootfsUrl {
  std::string scheme;  // In lower case; empty if the URL has none.
  std::string opaque;  // What follows "scheme:" up to a '?', unless it starts with '/'.
};

// What Go's url.Parse makes of a text, as far as Diego looks at it; nothing where it fails. A rep
// compares scheme and opaque part and takes a URL that does not parse for a mismatch, so every
// reason to fail counts, down to a bad escape in the fragment.
std::optional<RootfsUrl> ParseRootfsUrl(std::string_view text);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_MODEL_ROOTFS_URL_H_
