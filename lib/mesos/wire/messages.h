// The names of Mesos' messages, for headers: the generated ones are long, and are included by those who
// look into a message.

#ifndef ROSTRUM_LIB_MESOS_WIRE_MESSAGES_H_
#define ROSTRUM_LIB_MESOS_WIRE_MESSAGES_H_

namespace rostrum::mesos::v1 {

class Attribute;
class CommandInfo;
class ContainerInfo;
class DomainInfo;
class ExecutorInfo;
class FrameworkInfo;
class InverseOffer;
class Labels;
class Offer;
class OperationStatus;
class Resource;
class TaskInfo;
class TaskStatus;

namespace executor {
class Call;
class Call_Subscribe;
enum Call_Type : int;
class Event;
}  // namespace executor

namespace scheduler {
class Call;
enum Call_Type : int;
class Event_Failure;
class Event_InverseOffers;
class Event_Offers;
class Event_Subscribed;
class OfferConstraints;
}  // namespace scheduler

}  // namespace rostrum::mesos::v1

#endif  // ROSTRUM_LIB_MESOS_WIRE_MESSAGES_H_
