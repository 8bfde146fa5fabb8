// Files that are not used any more, and are kept for whoever wants to look at them.

#ifndef ROSTRUM_LIB_MESOS_STORE_SET_ASIDE_H_
#define ROSTRUM_LIB_MESOS_STORE_SET_ASIDE_H_

#include <functional>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::mesos {

// The file that a name stands for: a file that is replaced behind a symbolic link must not take the
// link's place. The name itself if there is no such file.
std::string ResolvedPath(const std::string& path);

// What stands behind the name of what a framework left behind.
inline constexpr std::string_view kLeftBehind = ".left";

// A name beside `path` that is not taken: `path` with `suffix` behind it, and a number if need be.
std::string FreeName(const std::string& path, std::string_view suffix,
                     const std::function<bool(const std::string&)>& is_taken);
// The same for one that no file has.
std::string FreeName(const std::string& path, std::string_view suffix);

// Gives the file such a name, durably, and takes it from others than its owner. Returns the name.
Expected<std::string> SetAside(const std::string& path, std::string_view suffix);

// Writes a new file with such a name, durably, that only its owner may read. Returns the name.
Expected<std::string> KeepAside(const std::string& path, std::string_view suffix,
                                std::string_view bytes);

// Writes a file in place of whatever has its name, up to the disk; only its owner may read it.
Status WriteOwnFile(const std::string& path, std::string_view bytes);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_STORE_SET_ASIDE_H_
