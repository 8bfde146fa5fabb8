// What Go's net/url.Parse makes of a string, as far as the choice of a root file system depends on
// it.
#ifndef ROSTRUM_TESTS_ORACLE_GO_URL_H_
#define ROSTRUM_TESTS_ORACLE_GO_URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace rostrum::oracle {

struct GoUrl {
  std::string scheme;  // In lower case; empty if there is none.
  std::string opaque;  // What follows the scheme, without query, if it does not start with a slash.
};

// Returns nothing where url.Parse of Go 1.26 returns an error: a cell then offers no root file
// system.
std::optional<GoUrl> ParseGoUrl(std::string_view text);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_GO_URL_H_
