import com.netflix.fenzo.SchedulingResult;
import com.netflix.fenzo.TaskAssignmentResult;
import com.netflix.fenzo.TaskScheduler;
import com.netflix.fenzo.VMAssignmentResult;
import com.netflix.fenzo.VirtualMachineLease;
import com.netflix.fenzo.plugins.BinPackingFitnessCalculators;
import com.netflix.fenzo.plugins.SpreadingFitnessCalculators;
import com.netflix.fenzo.plugins.VMLeaseObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.mesos.Protos;

/** One Fenzo scheduler, its machines named by their index in the workload. Used by one thread. */
final class Peer implements AutoCloseable {
  /** A task that was not placed. */
  static final int REFUSED = -1;

  /** What decides between machines. NONE leaves all tied, so that the first name wins. */
  enum Fitness {
    BINPACK,
    SPREAD,
    NONE
  }

  private final Workload workload;
  private final TaskScheduler scheduler;
  private final Map<String, Integer> indexes = new HashMap<>();
  private long leasesMade = 0;

  /**
   * Without expiry of leases each scheduleOnce is spared a look-up by name, itself a scan, of every
   * machine that got nothing. A scheduler that lives longer than 120 s needs it here in any case.
   */
  Peer(Workload workload, Fitness fitness, boolean leasesExpire) {
    this.workload = workload;
    TaskScheduler.Builder builder = new TaskScheduler.Builder().withLeaseRejectAction(lease -> {});
    if (fitness == Fitness.BINPACK) {
      builder.withFitnessCalculator(BinPackingFitnessCalculators.memoryBinPacker);
    } else if (fitness == Fitness.SPREAD) {
      builder.withFitnessCalculator(SpreadingFitnessCalculators.memorySpreader);
    }
    if (!leasesExpire) builder.withMaxOffersToReject(0);
    scheduler = builder.build();
    for (int i = 0; i < workload.names.size(); i++) indexes.put(workload.names.get(i), i);
  }

  /** Tells Fenzo that the task runs now: it counts what a machine holds by what it was told. */
  void tellRunning(Task task, int machine) {
    scheduler.getTaskAssigner().call(task, workload.names.get(machine));
  }

  void tellAllRunning() {
    for (int i = 0; i < workload.running.size(); i++) {
      for (Task task : workload.running.get(i)) tellRunning(task, i);
    }
  }

  /** A lease over a real offer. Made anew for every call, since its age counts from here. */
  VirtualMachineLease lease(int machine, Workload.Amounts free) {
    String name = workload.names.get(machine);
    Protos.Offer offer =
        Protos.Offer.newBuilder()
            .setId(Protos.OfferID.newBuilder().setValue("offer-" + leasesMade++))
            .setFrameworkId(Protos.FrameworkID.newBuilder().setValue("bench"))
            .setSlaveId(Protos.SlaveID.newBuilder().setValue("agent-of-" + name))
            .setHostname(name)
            .addResources(scalar("cpus", free.cpuMilli))
            .addResources(scalar("mem", free.memoryMb))
            .addResources(scalar("disk", free.diskMb))
            .build();
    return new VMLeaseObject(offer);
  }

  List<VirtualMachineLease> leaseAll() {
    List<VirtualMachineLease> leases = new ArrayList<>(workload.names.size());
    for (int i = 0; i < workload.names.size(); i++) leases.add(lease(i, workload.free.get(i)));
    return leases;
  }

  /** The call that is measured. */
  SchedulingResult schedule(List<Task> tasks, List<VirtualMachineLease> leases) {
    return scheduler.scheduleOnce(tasks, leases);
  }

  /**
   * Takes all leases back and forgets what was assigned but not told. What is left is a scheduler
   * that knows of the running tasks alone, as tellAllRunning() leaves it: telling a new one of
   * 300,000 tasks for each call would take longer than all that is measured.
   */
  void takeLeasesBack() {
    scheduler.expireAllLeases();
    scheduler.scheduleOnce(Collections.emptyList(), Collections.emptyList());
  }

  /** The machine of each task, in the order of tasks, or REFUSED. */
  int[] machinesOf(List<Task> tasks, SchedulingResult result) {
    if (!result.getExceptions().isEmpty()) {
      throw new IllegalStateException("Fenzo failed", result.getExceptions().get(0));
    }
    Map<Task, Integer> machineOf = new HashMap<>();
    for (VMAssignmentResult machine : result.getResultMap().values()) {
      for (TaskAssignmentResult placed : machine.getTasksAssigned()) {
        Integer before =
            machineOf.put((Task) placed.getRequest(), indexes.get(machine.getHostname()));
        if (before != null) throw new IllegalStateException(placed.getTaskId() + " placed twice");
      }
    }
    int[] machines = new int[tasks.size()];
    Arrays.fill(machines, REFUSED);
    for (int i = 0; i < machines.length; i++) {
      Integer machine = machineOf.remove(tasks.get(i));
      if (machine != null) machines[i] = machine;
    }
    if (!machineOf.isEmpty()) throw new IllegalStateException("Fenzo placed what was not asked");
    return machines;
  }

  @Override
  public void close() {
    scheduler.shutdown();
  }

  private static Protos.Resource scalar(String name, long value) {
    return Protos.Resource.newBuilder()
        .setName(name)
        .setType(Protos.Value.Type.SCALAR)
        .setScalar(Protos.Value.Scalar.newBuilder().setValue(value))
        .build();
  }
}
