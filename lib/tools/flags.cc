#include "lib/tools/flags.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "lib/base/format.h"
#include "lib/wire/form.h"
#include "lib/wire/text.h"

namespace rostrum::tools {

int ExitStatusOf(const Status& status) {
  switch (status.code()) {
    case Code::kInvalidArgument:
    case Code::kNotFound:
    case Code::kCorrupt:
    case Code::kUnavailable:
      return kBadInput;
    default:
      return kFailed;
  }
}

int Fail(std::string_view verb, const Status& status, int exit_status, std::ostream& err) {
  err << "rostrum " << verb << ": " << wire::Escape(status.text()) << "\n";
  return exit_status;
}

void Warn(std::string_view verb, std::string_view text, std::ostream& err) {
  err << "rostrum " << verb << ": warning: " << wire::Escape(text) << "\n";
}

std::string Shown(std::string_view argument) {
  constexpr size_t kShown = 80;
  return wire::Cut(argument, kShown);
}

namespace {

constexpr size_t kColumns = 96;
// Where the text of a flag begins; a flag that is longer than that has a line of its own.
constexpr size_t kHelpColumn = 30;

constexpr Flag kHelpFlag = {"help", "", "or -h: show this help and do nothing else"};

const Flag* FindFlag(const Verb& verb, std::string_view name) {
  for (const FlagGroup& group : verb.groups) {
    for (const Flag& flag : group.flags) {
      if (flag.name == name) return &flag;
    }
  }
  return nullptr;
}

Status UnknownFlag(const Verb& verb, std::string_view argument) {
  const std::string_view name = argument.substr(std::min<size_t>(2, argument.size()));
  std::vector<std::string_view> known = {kHelpFlag.name};
  for (const FlagGroup& group : verb.groups) {
    for (const Flag& flag : group.flags) known.push_back(flag.name);
  }
  const std::string_view meant = wire::NearestKey(name, known);
  const std::string unknown = Format("unknown flag {}", Shown(argument));
  if (!meant.empty()) {
    return InvalidArgument(Format("{}, the nearest known one is --{}", unknown, meant));
  }
  return InvalidArgument(
      Format("{}, expected one of those that {} --help lists", unknown, verb.Command()));
}

// An argument such as "--cells=5", taken apart.
struct Argument {
  std::string_view name;
  std::optional<std::string_view> value;
};

Argument Split(std::string_view argument) {
  const std::string_view body = argument.substr(2);
  const size_t equals = body.find('=');
  if (equals == std::string_view::npos) return {body, std::nullopt};
  return {body.substr(0, equals), body.substr(equals + 1)};
}

// Whether the argument asks for flags rather than being a value or an operand: "-" alone and
// negative numbers do not.
bool LooksLikeFlag(std::string_view argument) {
  if (argument.size() < 2 || argument[0] != '-') return false;
  return argument[1] == '-' || argument[1] < '0' || argument[1] > '9';
}

void AppendWrapped(std::string_view text, size_t indent, size_t column, std::string* out) {
  while (!text.empty()) {
    const size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    const bool first = column == indent;
    if (!first && column + 1 + word.size() > kColumns) {
      out->append("\n").append(indent, ' ');
      column = indent;
    } else if (!first) {
      out->push_back(' ');
      ++column;
    }
    out->append(word);
    column += word.size();
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  out->push_back('\n');
}

void AppendFlag(const Flag& flag, std::string* out) {
  std::string left =
      Format("  --{}{}{}", flag.name, flag.value.empty() ? "" : " ", flag.value);
  if (left.size() + 2 > kHelpColumn) {
    *out += left + "\n" + std::string(kHelpColumn, ' ');
  } else {
    *out += left + std::string(kHelpColumn - left.size(), ' ');
  }
  std::string text(flag.help);
  if (flag.repeatable) text += "; may be repeated";
  if (!flag.default_text.empty()) text += Format(" (default: {})", flag.default_text);
  AppendWrapped(text, kHelpColumn, kHelpColumn, out);
}

}  // namespace

std::string Verb::Command() const {
  return name.empty() ? std::string(program) : Format("{} {}", program, name);
}

Expected<Flags> Flags::Parse(const Verb& verb, std::span<const std::string_view> arguments) {
  Flags flags;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--") {
      flags.operands_.insert(flags.operands_.end(),
                             arguments.begin() + static_cast<ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    if (argument == "--help" || argument == "-h") {
      flags.help_ = true;
      return flags;
    }
    if (!LooksLikeFlag(argument)) {
      flags.operands_.push_back(argument);
      continue;
    }
    if (!argument.starts_with("--")) return UnknownFlag(verb, argument);

    Argument parts = Split(argument);
    const Flag* flag = parts.name == kHelpFlag.name ? &kHelpFlag : FindFlag(verb, parts.name);
    if (flag == nullptr) {
      return UnknownFlag(verb, argument.substr(0, parts.name.size() + 2));
    }
    if (flag->value.empty() && parts.value) {
      return InvalidArgument(
          Format("--{} is given \"{}\", expected no value", flag->name, Shown(*parts.value)));
    }
    if (!flag->value.empty() && !parts.value) {
      if (i + 1 == arguments.size() || LooksLikeFlag(arguments[i + 1])) {
        return InvalidArgument(
            Format("--{} has no value, expected {}", flag->name, flag->value));
      }
      parts.value = arguments[++i];
    }
    if (!flag->repeatable && flags.Has(flag->name)) {
      return InvalidArgument(Format("--{} is given twice, expected it once", flag->name));
    }
    flags.given_.emplace_back(flag->name, parts.value.value_or(""));
  }
  if (verb.operands.empty() && !flags.operands_.empty()) {
    return InvalidArgument(
        Format("\"{}\" is not a flag, expected flags only", Shown(flags.operands_.front())));
  }
  return flags;
}

bool Flags::Has(std::string_view name) const {
  return std::any_of(given_.begin(), given_.end(),
                     [&](const auto& given) { return given.first == name; });
}

std::string_view Flags::Text(std::string_view name, std::string_view fallback) const {
  const auto at = std::find_if(given_.begin(), given_.end(),
                               [&](const auto& given) { return given.first == name; });
  return at == given_.end() ? fallback : at->second;
}

std::vector<std::string_view> Flags::Texts(std::string_view name) const {
  std::vector<std::string_view> texts;
  for (const auto& given : given_) {
    if (given.first == name) texts.push_back(given.second);
  }
  return texts;
}

Expected<int64_t> Flags::Whole(std::string_view name, int64_t fallback, int64_t minimum,
                               int64_t maximum) const {
  if (!Has(name)) return fallback;
  const std::string_view text = Text(name);
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < minimum || number > maximum) {
    return InvalidArgument(Format("--{} is \"{}\", expected a whole number from {} to {}",
                                       name, Shown(text), minimum, maximum));
  }
  return number;
}

std::string HelpText(const Verb& verb) {
  std::string out = Format("Usage: {} [FLAGS]{}{}\n", verb.Command(),
                                verb.operands.empty() ? "" : " ", verb.operands);
  for (std::string_view rest = verb.summary; !rest.empty();) {
    const size_t end = rest.find('\n');
    out += "\n";
    AppendWrapped(rest.substr(0, end), 0, 0, &out);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  for (const FlagGroup& group : verb.groups) {
    out += Format("\n{}:\n", group.title);
    for (const Flag& flag : group.flags) AppendFlag(flag, &out);
  }
  out += "\nHelp:\n";
  AppendFlag(kHelpFlag, &out);
  if (!verb.examples.empty()) out += "\nExamples:\n";
  for (const Example& example : verb.examples) {
    out += "  ";
    AppendWrapped(example.meaning, 2, 2, &out);
    out += Format("      {}\n", example.command);
  }
  return out;
}

Expected<Setting> ReadSetting(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return InvalidArgument(Format("--set is \"{}\", expected KEY=VALUE", Shown(text)));
  }
  return Setting{text.substr(0, equals), text.substr(equals + 1)};
}

Expected<std::vector<Setting>> ReadSettings(const Flags& flags) {
  std::vector<Setting> settings;
  for (const std::string_view text : flags.Texts("set")) {
    const Expected<Setting> setting = ReadSetting(text);
    if (!setting.ok()) return setting.status();
    Configuration scratch;
    if (Status status = ApplySettings({*setting}, &scratch); !status.ok()) return status;
    if (std::any_of(settings.begin(), settings.end(),
                    [&](const Setting& other) { return other.key == setting->key; })) {
      return InvalidArgument(
          Format("--set names \"{}\" twice, expected each key once", setting->key));
    }
    settings.push_back(*setting);
  }
  return settings;
}

Status ApplySettings(const std::vector<Setting>& settings, Configuration* configuration) {
  for (const auto& [key, value] : settings) {
    Status status = SetOption(configuration, key, value);
    // The library's text quotes both, so that they must be short.
    if (!status.ok()) status = SetOption(configuration, Shown(key), Shown(value));
    if (!status.ok()) return InvalidArgument("--set: " + status.text());
  }
  return {};
}

Expected<bool> ReadAsJson(const Flags& flags) {
  const std::string_view format = flags.Text("format", "text");
  if (format == "text" || format == "json") return format == "json";
  return InvalidArgument(Format("--format is \"{}\", expected text or json", Shown(format)));
}

}  // namespace rostrum::tools
