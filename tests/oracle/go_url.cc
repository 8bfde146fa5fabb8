#include "tests/oracle/go_url.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace rostrum::oracle {
namespace {

using std::string_view;

// The standard character classes depend on the locale, and these must not.
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsLower(c) || IsUpper(c); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool IsOneOf(char c, string_view set) { return set.find(c) != string_view::npos; }

char LowerCase(char c) { return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

unsigned HexValue(char c) {
  if (IsDigit(c)) return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>(LowerCase(c) - 'a') + 10;
}

// Cuts at the first separator; the second part is empty if there is none.
std::pair<string_view, string_view> Cut(string_view text, char separator) {
  const size_t at = text.find(separator);
  if (at == string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::vector<string_view> SplitAll(string_view text, char separator) {
  std::vector<string_view> parts;
  for (size_t at = text.find(separator); at != string_view::npos; at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

// The parts of a URL that differ in which escapes and characters they take.
enum class Part { kPathFragmentOrUser, kHost, kIpZone };

// Quotes, angle and square brackets are here because Go lets them pass, not because RFC 3986 does.
bool IsHostCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || IsOneOf(c, "-_.~!$&'()*+,;=:[]<>\"");
}

// In a host an escape may stand for a non-ASCII byte or for the percent sign; in the zone of an IP
// address for whatever could stand there unescaped, the percent sign and the blank.
bool MayBeEscaped(char decoded, Part part) {
  if (part == Part::kPathFragmentOrUser || decoded == '%') return true;
  if (part == Part::kHost) return !IsAscii(decoded);
  return decoded == ' ' || IsHostCharacter(decoded);
}

bool MayBeLiteral(char c, Part part) {
  return part == Part::kPathFragmentOrUser || !IsAscii(c) || IsHostCharacter(c);
}

// Returns nothing if an escape is malformed or a character or escape may not be in this part.
std::optional<std::string> Unescape(string_view text, Part part) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !IsHex(text[i + 1]) || !IsHex(text[i + 2])) return std::nullopt;
      c = static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      if (!MayBeEscaped(c, part)) return std::nullopt;
      i += 2;
    } else if (!MayBeLiteral(c, part)) {
      return std::nullopt;
    }
    result += c;
  }
  return result;
}

bool EscapesAreValid(string_view text) {
  return Unescape(text, Part::kPathFragmentOrUser).has_value();
}

bool IsIpv4Field(string_view field) {
  if (field.empty() || field.size() > 3 || !std::all_of(field.begin(), field.end(), IsDigit)) {
    return false;
  }
  if (field.size() > 1 && field[0] == '0') return false;
  return field.size() < 3 || field <= "255";
}

bool IsIpv4(string_view text) {
  const std::vector<string_view> fields = SplitAll(text, '.');
  return fields.size() == 4 && std::all_of(fields.begin(), fields.end(), IsIpv4Field);
}

bool IsIpv6Group(string_view group) {
  return !group.empty() && group.size() <= 4 && std::all_of(group.begin(), group.end(), IsHex);
}

// Counts the groups of one side of a "::", an IPv4 address at the end as two; nothing if one of
// them is malformed.
std::optional<size_t> CountIpv6Groups(string_view text, bool ipv4_may_end_it) {
  if (text.empty()) return 0;
  const std::vector<string_view> groups = SplitAll(text, ':');
  size_t count = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (IsIpv6Group(groups[i])) {
      count += 1;
    } else if (ipv4_may_end_it && i + 1 == groups.size() && IsIpv4(groups[i])) {
      count += 2;
    } else {
      return std::nullopt;
    }
  }
  return count;
}

// Only an IPv6 address may stand in brackets, an IPv4 address may not.
bool IsIpv6(string_view text) {
  const size_t percent = text.find('%');
  if (percent != string_view::npos) {
    if (percent + 1 == text.size()) return false;
    text = text.substr(0, percent);
  }
  const size_t gap = text.find("::");
  if (gap == string_view::npos) return CountIpv6Groups(text, true) == size_t{8};
  const std::optional<size_t> before = CountIpv6Groups(text.substr(0, gap), false);
  const std::optional<size_t> after = CountIpv6Groups(text.substr(gap + 2), true);
  // The gap has to stand for one group at least.
  return before && after && *before + *after < 8;
}

// Takes what follows a host: nothing, or a colon and any number of digits, even none.
bool IsOptionalPort(string_view text) {
  if (text.empty()) return true;
  return text[0] == ':' && std::all_of(text.begin() + 1, text.end(), IsDigit);
}

// Takes what stands between the brackets. From the first escaped percent sign on it is a zone.
bool IsBracketedHost(string_view text) {
  const size_t zone = std::min(text.find("%25"), text.size());
  const std::optional<std::string> address = Unescape(text.substr(0, zone), Part::kHost);
  const std::optional<std::string> zone_text = Unescape(text.substr(zone), Part::kIpZone);
  return address && zone_text && IsIpv6(*address + *zone_text);
}

// A web address may have one colon in its host; elsewhere Go takes the port to begin at the last
// colon, because some databases put a list of hosts here.
bool IsPlainHost(string_view scheme, string_view host) {
  const bool is_web = scheme == "http" || scheme == "https";
  const size_t colon = is_web ? host.find(':') : host.rfind(':');
  if (colon != string_view::npos && !IsOptionalPort(host.substr(colon))) return false;
  return Unescape(host, Part::kHost).has_value();
}

bool IsHost(string_view scheme, string_view host) {
  const size_t open = host.rfind('[');
  if (open == string_view::npos) return IsPlainHost(scheme, host);
  const size_t close = host.rfind(']');
  return open == 0 && close != string_view::npos && IsOptionalPort(host.substr(close + 1)) &&
         IsBracketedHost(host.substr(1, close - 1));
}

bool IsUserCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || IsOneOf(c, "-._:~!$&'()*+,;=%@");
}

// Name and password are decoded apart, so an escape may not reach over the first colon.
bool IsUserInfo(string_view text) {
  if (!std::all_of(text.begin(), text.end(), IsUserCharacter)) return false;
  const auto [name, password] = Cut(text, ':');
  return EscapesAreValid(name) && EscapesAreValid(password);
}

bool IsAuthority(string_view scheme, string_view text) {
  const size_t at = text.rfind('@');
  if (at == string_view::npos) return IsHost(scheme, text);
  return IsHost(scheme, text.substr(at + 1)) && IsUserInfo(text.substr(0, at));
}

// Returns how long the scheme is; zero if there is none, nothing if there is only its colon.
std::optional<size_t> SchemeLength(string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || IsOneOf(c, "+-.");
  });
  if (end == text.end() || *end != ':') return 0;
  if (end == text.begin()) return std::nullopt;
  return IsLetter(text[0]) ? static_cast<size_t>(end - text.begin()) : 0;
}

// Takes what follows the scheme when that starts with a slash or when there is no scheme.
bool IsHierarchy(string_view scheme, string_view rest) {
  const bool has_authority =
      rest.starts_with("//") && (!scheme.empty() || !rest.starts_with("///"));
  if (has_authority) {
    rest.remove_prefix(2);
    const size_t slash = std::min(rest.find('/'), rest.size());
    return IsAuthority(scheme, rest.substr(0, slash)) && EscapesAreValid(rest.substr(slash));
  }
  // A relative path with a colon before its first slash would read as a malformed scheme. A path
  // that starts with a slash has nothing before it.
  return !IsOneOf(':', Cut(rest, '/').first) && EscapesAreValid(rest);
}

}  // namespace

std::optional<GoUrl> ParseGoUrl(string_view text) {
  const auto [url, fragment] = Cut(text, '#');
  if (std::any_of(url.begin(), url.end(), IsControl) || !EscapesAreValid(fragment)) {
    return std::nullopt;
  }
  const std::optional<size_t> scheme_length = SchemeLength(url);
  if (!scheme_length) return std::nullopt;

  GoUrl result;
  result.scheme = url.substr(0, *scheme_length);
  std::transform(result.scheme.begin(), result.scheme.end(), result.scheme.begin(), LowerCase);
  const size_t rest_begin = *scheme_length == 0 ? 0 : *scheme_length + 1;
  const string_view rest = Cut(url.substr(rest_begin), '?').first;

  if (!result.scheme.empty() && !rest.starts_with('/')) {
    result.opaque = rest;
    return result;
  }
  if (!IsHierarchy(result.scheme, rest)) return std::nullopt;
  return result;
}

}  // namespace rostrum::oracle
