#include "lib/model/work.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "lib/base/format.h"
#include "lib/model/identifier.h"
#include "lib/model/rootfs_url.h"
#include "rostrum/auction.h"
#include "rostrum/constraint.h"

namespace rostrum {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSchemePunctuation(char c) { return c == '+' || c == '-' || c == '.'; }
bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Characters that may stand bare in a host; a superset of RFC 3986, as in Go.
bool IsHostCharacter(char c) {
  constexpr std::string_view kAlsoAllowed = "-_.~!$&'()*+,;=:[]<>\"";
  return IsLetter(c) || IsDigit(c) || kAlsoAllowed.find(c) != std::string_view::npos;
}

bool IsUserinfoCharacter(char c) {
  constexpr std::string_view kAlsoAllowed = "-._:~!$&'()*+,;=%@";
  return IsLetter(c) || IsDigit(c) || kAlsoAllowed.find(c) != std::string_view::npos;
}

enum class Part { kPath, kHost, kZone };

// Whether the escape that starts at text[0] is well formed and allowed in this part of a URL.
bool IsAllowedEscape(std::string_view text, Part part) {
  if (text.size() < 3) return false;
  const int high = HexValue(text[1]);
  const int low = HexValue(text[2]);
  if (high < 0 || low < 0) return false;
  const bool percent_sign = text.substr(0, 3) == "%25";
  if (part == Part::kHost) return high >= 8 || percent_sign;
  if (part == Part::kZone) {
    const char value = static_cast<char>(high * 16 + low);
    return percent_sign || value == ' ' || IsHostCharacter(value);
  }
  return true;
}

bool IsWellEscaped(std::string_view text, Part part) {
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '%') {
      if (!IsAllowedEscape(text.substr(i), part)) return false;
      i += 3;
      continue;
    }
    const bool ascii = static_cast<unsigned char>(text[i]) < 0x80;
    if (part != Part::kPath && ascii && !IsHostCharacter(text[i])) return false;
    ++i;
  }
  return true;
}

std::string Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      plain.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
      i += 2;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

bool IsOptionalPort(std::string_view text) {
  if (text.empty()) return true;
  return text[0] == ':' && std::all_of(text.begin() + 1, text.end(), IsDigit);
}

bool IsIpv6Address(std::string_view text) {
  std::string address(text.substr(0, text.find('%')));
  const bool has_zone = address.size() < text.size();
  if (has_zone && address.size() + 1 == text.size()) return false;
  std::array<unsigned char, 16> binary;
  return inet_pton(AF_INET6, address.c_str(), binary.data()) == 1;
}

// "[fe80::1%25en0]:80", from the bracket on.
bool IsBracketedHost(std::string_view host) {
  const size_t close = host.rfind(']');
  if (close == std::string_view::npos) return false;
  if (!IsOptionalPort(host.substr(close + 1))) return false;
  const std::string_view name = host.substr(1, close - 1);
  const size_t zone = name.find("%25");
  if (!IsWellEscaped(name.substr(0, zone), Part::kHost)) return false;
  if (zone != std::string_view::npos && !IsWellEscaped(name.substr(zone), Part::kZone)) {
    return false;
  }
  return IsIpv6Address(Unescape(name));
}

bool IsHost(std::string_view scheme, std::string_view host) {
  const size_t bracket = host.rfind('[');
  if (bracket == 0) return IsBracketedHost(host);
  if (bracket != std::string_view::npos) return false;
  // Lists of hosts with ports, as databases use them, are let through for all schemes but these.
  const bool strict = scheme == "http" || scheme == "https";
  const size_t colon = strict ? host.find(':') : host.rfind(':');
  if (colon != std::string_view::npos && !IsOptionalPort(host.substr(colon))) return false;
  return IsWellEscaped(host, Part::kHost);
}

bool IsAuthority(std::string_view scheme, std::string_view authority) {
  const size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return IsHost(scheme, authority);
  const std::string_view userinfo = authority.substr(0, at);
  if (!IsHost(scheme, authority.substr(at + 1))) return false;
  if (!std::all_of(userinfo.begin(), userinfo.end(), IsUserinfoCharacter)) return false;
  // The name and the password are unescaped apart, so an escape may not straddle the colon; a
  // colon is no hex digit, so looking at the whole comes to the same.
  return IsWellEscaped(userinfo, Part::kPath);
}

// The length of "scheme:" with its colon, zero where there is no scheme, nothing where the colon
// stands first.
std::optional<size_t> SchemeLength(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsLetter(text[i])) continue;
    if (text[i] == ':') return i == 0 ? std::nullopt : std::optional<size_t>(i + 1);
    if (i == 0 || (!IsDigit(text[i]) && !IsSchemePunctuation(text[i]))) return 0;
  }
  return 0;
}

bool IsRelativePath(std::string_view rest) {
  return rest.substr(0, rest.find('/')).find(':') == std::string_view::npos;
}

bool IsHierarchy(std::string_view scheme, std::string_view rest) {
  const bool has_authority =
      rest.starts_with("//") && (!scheme.empty() || !rest.starts_with("///"));
  if (has_authority) {
    const std::string_view after = rest.substr(2);
    const size_t slash = after.find('/');
    if (!IsAuthority(scheme, after.substr(0, slash))) return false;
    rest = slash == std::string_view::npos ? std::string_view() : after.substr(slash);
  }
  return IsWellEscaped(rest, Part::kPath);
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

void SortUnique(std::vector<std::string>* texts) {
  std::sort(texts->begin(), texts->end());
  texts->erase(std::unique(texts->begin(), texts->end()), texts->end());
}

bool Contains(const std::vector<std::string>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text, std::less<>());
}

bool MatchesRootfs(std::string_view rootfs, const Signature& signature) {
  const std::optional<RootfsUrl> url = ParseRootfsUrl(rootfs);
  if (!url) return false;
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    if (provider.scheme != url->scheme) continue;
    if (provider.type == RootfsProvider::Type::kArbitrary) return true;
    return provider.type == RootfsProvider::Type::kFixedSet && Contains(provider.set, url->opaque);
  }
  return false;
}

bool MatchesVolumeDrivers(const std::vector<std::string>& wanted, const Signature& signature) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& driver) {
    return Contains(signature.volume_drivers, driver);
  });
}

bool MatchesPlacementTags(const std::vector<std::string>& wanted, const Signature& signature) {
  const bool required_are_wanted = std::all_of(
      signature.placement_tags.begin(), signature.placement_tags.end(), [&](const std::string& t) {
        return std::find(wanted.begin(), wanted.end(), t) != wanted.end();
      });
  return required_are_wanted && std::all_of(wanted.begin(), wanted.end(), [&](const auto& tag) {
           return Contains(signature.placement_tags, tag) ||
                  Contains(signature.optional_placement_tags, tag);
         });
}

}  // namespace

std::optional<RootfsUrl> ParseRootfsUrl(std::string_view text) {
  const size_t hash = text.find('#');
  const std::string_view url = text.substr(0, hash);
  const std::string_view fragment =
      hash == std::string_view::npos ? std::string_view() : text.substr(hash + 1);

  if (std::any_of(url.begin(), url.end(), IsControl)) return std::nullopt;
  const std::optional<size_t> length = SchemeLength(url);
  if (!length) return std::nullopt;

  RootfsUrl parsed;
  if (*length > 0) parsed.scheme = ToLower(url.substr(0, *length - 1));
  std::string_view rest = url.substr(*length);
  rest = rest.substr(0, rest.find('?'));

  if (!rest.starts_with('/') && !parsed.scheme.empty()) {
    parsed.opaque = std::string(rest);
  } else {
    if (!rest.starts_with('/') && !IsRelativePath(rest)) return std::nullopt;
    if (!IsHierarchy(parsed.scheme, rest)) return std::nullopt;
  }
  if (!IsWellEscaped(fragment, Part::kPath)) return std::nullopt;
  return parsed;
}

void Signature::Normalize() {
  std::stable_sort(
      rootfs_providers.begin(), rootfs_providers.end(),
      [](const RootfsProvider& a, const RootfsProvider& b) { return a.scheme < b.scheme; });
  std::vector<RootfsProvider> last_of_each;
  for (RootfsProvider& provider : rootfs_providers) {
    SortUnique(&provider.set);
    if (!last_of_each.empty() && last_of_each.back().scheme == provider.scheme) {
      last_of_each.back() = std::move(provider);
    } else {
      last_of_each.push_back(std::move(provider));
    }
  }
  rootfs_providers = std::move(last_of_each);
  SortUnique(&volume_drivers);
  SortUnique(&placement_tags);
  SortUnique(&optional_placement_tags);
}

MatchLevel Match(const Constraint& constraint, const Signature& signature) {
  if (!MatchesRootfs(constraint.rootfs, signature)) return MatchLevel::kRootfsMismatch;
  if (!MatchesVolumeDrivers(constraint.volume_drivers, signature)) {
    return MatchLevel::kVolumeDriverMismatch;
  }
  if (!MatchesPlacementTags(constraint.placement_tags, signature)) {
    return MatchLevel::kPlacementTagMismatch;
  }
  return MatchLevel::kMatch;
}

std::string MismatchText(MatchLevel level, const Constraint& constraint) {
  if (level == MatchLevel::kRootfsMismatch) return "found no compatible cell for required rootfs";
  if (level == MatchLevel::kVolumeDriverMismatch) {
    return "found no compatible cell with required volume drivers";
  }
  const std::vector<std::string>& tags = constraint.placement_tags;
  if (tags.empty()) return "found no compatible cell with no placement tags";
  if (tags.size() == 1) {
    return Format("found no compatible cell with placement tag \"{}\"", tags[0]);
  }
  std::string text = "found no compatible cell with placement tags ";
  for (size_t i = 0; i < tags.size(); ++i) {
    const bool last = i + 1 == tags.size();
    const std::string_view joint = i == 0 ? "" : last ? " and " : ", ";
    text += Format("{}\"{}\"", joint, tags[i]);
  }
  return text;
}

const char* KindName(Kind kind) { return kind == Kind::kLrp ? "lrp" : "task"; }

std::string Auction::Identifier() const { return IdentifierOf(work->kind, work->guid, index); }

Status ValidateWork(const Work& work) {
  const bool is_lrp = work.kind == Kind::kLrp;
  if (!is_lrp && work.kind != Kind::kTask) {
    return InvalidArgument(
        Format("work kind is {}, expected 1 (lrp) or 2 (task)", static_cast<int32_t>(work.kind)));
  }
  if (work.guid.empty()) {
    return InvalidArgument(is_lrp ? "an LRP has no process guid" : "a task has no task guid");
  }
  if (Status s = ValidateId(work.guid, is_lrp ? "process guid" : "task guid"); !s.ok()) return s;
  // The work's name is put into words only if something is wrong with it.
  const auto what = [&] { return Format("{} \"{}\"", is_lrp ? "LRP" : "task", work.guid); };
  if (is_lrp && work.domain.empty()) {
    return InvalidArgument(what() + ": domain is empty, expected a name");
  }
  if (Status s = ValidateNamed(work.asked, what); !s.ok()) return s;
  const auto refuse_negative = [&](std::string_view name, Amount amount) {
    return amount >= 0 ? Status()
                       : InvalidArgument(Format("{}: {} is {}, expected zero or more", what(), name,
                                                FormatAmount(amount)));
  };
  if (Status s = refuse_negative("memory (MB)", work.asked.memory); !s.ok()) return s;
  if (Status s = refuse_negative("disk (MB)", work.asked.disk); !s.ok()) return s;
  if (Status s = refuse_negative("cpu", work.asked.cpu); !s.ok()) return s;
  for (const NamedAmount& scalar : work.asked.scalars) {
    if (Status s = refuse_negative(scalar.name, scalar.amount); !s.ok()) return s;
  }
  if (work.constraint.rootfs.empty()) {
    return InvalidArgument(what() +
                           ": rootfs is empty, expected a URL such as "
                           "\"preloaded:cflinuxfs4\"");
  }
  return {};
}

std::shared_ptr<const Work> NormalizedWork(const std::shared_ptr<const Work>& work) {
  const std::vector<NamedAmount>& scalars = work->asked.scalars;
  const auto follows = [](const NamedAmount& a, const NamedAmount& b) { return a.name >= b.name; };
  const bool is_sorted =
      std::adjacent_find(scalars.begin(), scalars.end(), follows) == scalars.end();
  const bool any_zero = std::any_of(scalars.begin(), scalars.end(),
                                    [](const NamedAmount& scalar) { return scalar.amount == 0; });
  if (is_sorted && !any_zero) return work;
  auto normalized = std::make_shared<Work>(*work);
  normalized->asked.Normalize();
  return normalized;
}

Status ValidateLrpStart(const LrpStart& start) {
  if (start.work == nullptr) return InvalidArgument("an LRP start has no work");
  if (start.work->kind != Kind::kLrp) {
    return InvalidArgument(Format("\"{}\" is a task, expected an LRP", start.work->guid));
  }
  if (Status status = ValidateWork(*start.work); !status.ok()) return status;
  if (start.indices.empty()) {
    return InvalidArgument(
        Format("LRP \"{}\": indices is empty, expected at least one index", start.work->guid));
  }
  return {};
}

Status ValidateTaskStart(const TaskStart& start) {
  if (start.work == nullptr) return InvalidArgument("a task start has no work");
  if (start.work->kind != Kind::kTask) {
    return InvalidArgument(Format("\"{}\" is an LRP, expected a task", start.work->guid));
  }
  return ValidateWork(*start.work);
}

}  // namespace rostrum
