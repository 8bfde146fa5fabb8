// Folders that outlive a power failure.

#ifndef ROSTRUM_LIB_MESOS_STORE_SYNC_FOLDER_H_
#define ROSTRUM_LIB_MESOS_STORE_SYNC_FOLDER_H_

#include <string>

#include "rostrum/status.h"

namespace rostrum::mesos {

// Makes durable what names the folder of a file has: without that, a file that was made, renamed or
// removed may not be so after a power failure, though its content is safe.
Status SyncFolderOf(const std::string& path);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_STORE_SYNC_FOLDER_H_
