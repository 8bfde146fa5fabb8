// The command lines of the programs: verbs, flags, settings, and how they fail.

#ifndef ROSTRUM_LIB_TOOLS_FLAGS_H_
#define ROSTRUM_LIB_TOOLS_FLAGS_H_

#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rostrum/configuration.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// How a verb of the program says that it failed.
//
// Exit statuses. Bad input is all that is wrong with what the user gave: flags, files that cannot
// be opened or are not what they should be. A failure is all else, such as a disk that runs full.
inline constexpr int kFailed = 1;
inline constexpr int kBadInput = 2;

// kBadInput for errors of what the user gave, where they come from reading it; kFailed for others.
int ExitStatusOf(const Status& status);

// Writes "rostrum VERB: TEXT" as one line, whatever the text holds: it may come from a file of
// somebody else's. Returns the exit status that is given.
int Fail(std::string_view verb, const Status& status, int exit_status, std::ostream& err);

// Writes "rostrum VERB: warning: TEXT" as one line, of what need not stop the verb.
void Warn(std::string_view verb, std::string_view text, std::ostream& err);

// What a user typed, for an error: escaped, cut to 80 bytes.
std::string Shown(std::string_view argument);

// Command-line flags of the program's verbs. A verb lists what it understands once; parsing, error
// texts and help all follow from the list.
struct Flag {
  std::string_view name;   // Without the dashes, such as "cells".
  std::string_view value;  // What stands for its value in help, such as "N". Empty: a switch.
  std::string_view help;   // What it does, without a full stop.
  std::string_view default_text = "";  // Shown in help; empty: nothing to show.
  bool repeatable = false;             // Whether it may be given more than once.
};

struct FlagGroup {
  std::string_view title;  // Such as "The cluster".
  std::vector<Flag> flags;
};

struct Example {
  std::string_view meaning;
  std::string_view command;
};

// A verb of the program, or a program without verbs. The texts must live as long as it does. Every
// verb has --help and -h without listing them.
struct Verb {
  std::string_view name;      // Such as "simulate"; empty: none.
  std::string_view operands;  // Such as "FILE"; empty: the verb takes flags only.
  std::string_view summary;   // Paragraphs, a line each.
  std::vector<FlagGroup> groups;
  std::vector<Example> examples;
  std::string_view program = "rostrum";

  // What a user types before the flags: "rostrum simulate".
  std::string Command() const;
};

// The flags of one command line, as "--flag VALUE" or "--flag=VALUE". What follows a lone "--" is
// an operand, whatever it looks like. The texts are views of the arguments.
class Flags {
 public:
  // An error that names the flag, the value and what was expected. Flags that follow --help are not
  // looked at.
  static Expected<Flags> Parse(const Verb& verb, std::span<const std::string_view> arguments);

  bool help() const { return help_; }
  const std::vector<std::string_view>& operands() const { return operands_; }

  bool Has(std::string_view name) const;
  // The value that was given, or the fallback.
  std::string_view Text(std::string_view name, std::string_view fallback = "") const;
  // All values of a repeatable flag, in order.
  std::vector<std::string_view> Texts(std::string_view name) const;
  // The value as a whole number, or the fallback if the flag was not given. An error unless it is
  // one, from `minimum` to `maximum`.
  Expected<int64_t> Whole(std::string_view name, int64_t fallback, int64_t minimum,
                          int64_t maximum) const;

 private:
  bool help_ = false;
  std::vector<std::pair<std::string_view, std::string_view>> given_;  // Name and value, in order.
  std::vector<std::string_view> operands_;
};

// The help of a verb, with lines of at most 96 columns.
std::string HelpText(const Verb& verb);

// The settings of a strategy, as flags.
struct Setting {
  std::string_view key;
  std::string_view value;
};

// One value of --set, KEY=VALUE.
Expected<Setting> ReadSetting(std::string_view text);

// The values of --set: known keys, each once, with values that they may have.
Expected<std::vector<Setting>> ReadSettings(const Flags& flags);

// Sets all of them. REQUIRES: they come from ReadSettings.
Status ApplySettings(const std::vector<Setting>& settings, Configuration* configuration);

// The value of --format, which is text or json: whether it is json.
Expected<bool> ReadAsJson(const Flags& flags);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_FLAGS_H_
