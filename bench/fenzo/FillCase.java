import com.netflix.fenzo.SchedulingResult;
import com.netflix.fenzo.VirtualMachineLease;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Fills machines with tasks one at a time, in order, to the first refusal or, with skipRefused, to
 * the end.
 *
 * <p>One scheduleOnce gets a batch of tasks. Fenzo takes the tasks of a call strictly one after
 * another, in the order of the list, and each sees what the ones before it took, so a batch places
 * as many calls with one task would. A call goes on after a refusal; what it placed after the first
 * one is not counted, and cannot have changed what came before.
 *
 * <p>A machine that got work gives up its lease. Before the next batch Fenzo is told of the tasks
 * that were placed, and gets a new lease over what is left: its memory bin packer adds the two up
 * to the same share of the machine as within one call.
 */
final class FillCase {
  /** A refused task keeps an answer of every machine to the end of the call: some 200 bytes. */
  private static final int MAX_ANSWERS_A_BATCH = 1_000_000;

  int refused = 0;
  int firstRefused = -1;
  int batches = 0;
  double milliseconds = 0;

  private final Workload workload;
  private final boolean skipRefused;
  private final Ledger ledger;

  FillCase(Workload workload, boolean skipRefused) {
    this.workload = workload;
    this.skipRefused = skipRefused;
    ledger = new Ledger(workload);
  }

  Ledger run(Peer.Fitness fitness) {
    int batchSize = MAX_ANSWERS_A_BATCH / Math.max(1, workload.names.size());
    batchSize = Math.max(20, Math.min(2_000, batchSize));
    try (Peer peer = new Peer(workload, fitness, false)) {
      List<VirtualMachineLease> leases = peer.leaseAll();
      for (int from = 0; from < workload.tasks.size(); from += batchSize) {
        int to = Math.min(from + batchSize, workload.tasks.size());
        leases = placeBatch(peer, workload.tasks.subList(from, to), leases);
        if (refused > 0 && !skipRefused) break;
      }
    }
    return ledger;
  }

  /** Returns the leases for the next batch. */
  private List<VirtualMachineLease> placeBatch(
      Peer peer, List<Task> batch, List<VirtualMachineLease> leases) {
    long start = System.nanoTime();
    SchedulingResult result = peer.schedule(batch, leases);
    milliseconds += (System.nanoTime() - start) / 1e6;
    batches++;
    int[] machines = peer.machinesOf(batch, result);
    TreeSet<Integer> changed = new TreeSet<>();
    for (int i = 0; i < machines.length; i++) {
      Task task = batch.get(i);
      if (machines[i] == Peer.REFUSED) {
        refused++;
        if (firstRefused < 0) firstRefused = task.index;
        if (!skipRefused) break;
        continue;
      }
      ledger.place(task, machines[i]);
      start = System.nanoTime();
      peer.tellRunning(task, machines[i]);
      milliseconds += (System.nanoTime() - start) / 1e6;
      changed.add(machines[i]);
    }
    List<VirtualMachineLease> next = new ArrayList<>();
    for (int machine : changed) next.add(peer.lease(machine, ledger.free(machine)));
    return next;
  }
}
