import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Our own account of what is free on each machine: Fenzo's answers are not taken on trust. */
final class Ledger {
  private final List<Workload.Amounts> free;
  private final Set<Integer> used = new HashSet<>();
  private int placed = 0;

  Ledger(Workload workload) {
    free = new ArrayList<>(workload.free);
  }

  void place(Task task, int machine) {
    Workload.Amounts left = free.get(machine).minus(task.amounts);
    if (left.isNegative()) {
      throw new IllegalStateException("machine " + machine + " is overfull with " + task.getId());
    }
    free.set(machine, left);
    used.add(machine);
    placed++;
  }

  Workload.Amounts free(int machine) {
    return free.get(machine);
  }

  int placed() {
    return placed;
  }

  /** How many machines got at least one of the tasks. */
  int machinesUsed() {
    return used.size();
  }
}
