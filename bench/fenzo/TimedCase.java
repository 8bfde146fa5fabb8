import com.netflix.fenzo.SchedulingResult;
import com.netflix.fenzo.VirtualMachineLease;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures one scheduleOnce that is handed all tasks and all leases, again and again. Tasks and
 * leases are made before the clock starts, and answers are checked after it has stopped.
 */
final class TimedCase {
  /** More calls than this would only make a fast case slow to measure. */
  private static final int MAX_CALLS = 31;

  private final Workload workload;
  private final Peer.Fitness fitness;
  private final boolean leasesExpire;
  private final boolean loaded;
  private Peer standing;
  private int placed = -1;
  private int machinesUsed = -1;

  TimedCase(Workload workload, Peer.Fitness fitness, boolean leasesExpire, boolean loaded) {
    this.workload = workload;
    this.fitness = fitness;
    this.leasesExpire = leasesExpire;
    this.loaded = loaded;
  }

  /**
   * Warms up for warmSeconds and at least warmCalls, then measures at least calls; while that took
   * less than warmSeconds in all, up to MAX_CALLS.
   */
  Measured run(double warmSeconds, int warmCalls, int calls) {
    if (loaded) {
      standing = new Peer(workload, fitness, leasesExpire);
      standing.tellAllRunning();
    }
    long limit = (long) (warmSeconds * 1e9);
    long warmStart = System.nanoTime();
    for (int i = 0; i < warmCalls || System.nanoTime() - warmStart < limit; i++) callOnce();
    List<Double> milliseconds = new ArrayList<>();
    long start = System.nanoTime();
    while (milliseconds.size() < calls
        || (milliseconds.size() < MAX_CALLS && System.nanoTime() - start < limit)) {
      milliseconds.add(callOnce());
    }
    if (standing != null) standing.close();
    return new Measured(milliseconds, placed, machinesUsed);
  }

  private double callOnce() {
    Peer peer = standing != null ? standing : new Peer(workload, fitness, leasesExpire);
    List<VirtualMachineLease> leases = peer.leaseAll();
    long start = System.nanoTime();
    SchedulingResult result = peer.schedule(workload.tasks, leases);
    double milliseconds = (System.nanoTime() - start) / 1e6;
    check(peer.machinesOf(workload.tasks, result));
    if (standing != null) {
      standing.takeLeasesBack();
    } else {
      peer.close();
    }
    return milliseconds;
  }

  private void check(int[] machines) {
    Ledger ledger = new Ledger(workload);
    for (int i = 0; i < machines.length; i++) {
      if (machines[i] != Peer.REFUSED) ledger.place(workload.tasks.get(i), machines[i]);
    }
    // With ties broken by name every call has one right answer.
    if (placed >= 0 && (placed != ledger.placed() || machinesUsed != ledger.machinesUsed())) {
      throw new IllegalStateException("two calls with the same input placed differently");
    }
    placed = ledger.placed();
    machinesUsed = ledger.machinesUsed();
  }

  static final class Measured {
    final int calls;
    final double best;
    final double median;
    final int placed;
    final int machinesUsed;

    Measured(List<Double> milliseconds, int placed, int machinesUsed) {
      List<Double> sorted = new ArrayList<>(milliseconds);
      Collections.sort(sorted);
      calls = sorted.size();
      best = sorted.get(0);
      median = (sorted.get((calls - 1) / 2) + sorted.get(calls / 2)) / 2;
      this.placed = placed;
      this.machinesUsed = machinesUsed;
    }
  }
}
