import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Machines, the tasks that run on them already, and the tasks to be placed.
 *
 * <p>A drawn workload comes from one splitmix64 stream, so that every scheduler that is measured
 * can make the same one: first the memory of each task to be placed, in order; then, if the
 * machines are loaded, for each machine its share in percent (next() mod 81) and the memory of its
 * running tasks, until one would exceed the share.
 */
final class Workload {
  static final Amounts DRAWN_MACHINE = new Amounts(8_000, 32_768, 100_000);
  private static final long DRAWN_CPU_MILLI = 100;
  private static final long[] DRAWN_MEMORY_MB = {64, 128, 256, 512, 1024};

  /** The names of the machines sort as the machines do, since Fenzo breaks ties by name. */
  final List<String> names = new ArrayList<>();

  /** What each machine has left beside its running tasks: that is what gets offered. */
  final List<Amounts> free = new ArrayList<>();

  /** By machine; all empty unless the machines are loaded. */
  final List<List<Task>> running = new ArrayList<>();

  final List<Task> tasks = new ArrayList<>();

  static Workload draw(int machines, int tasks, boolean loaded, long seed) {
    SplitMix64 random = new SplitMix64(seed);
    Workload workload = new Workload();
    for (int i = 0; i < tasks; i++) workload.tasks.add(drawTask("task", i, random));
    for (int i = 0; i < machines; i++) workload.addMachine(i, DRAWN_MACHINE);
    if (loaded) {
      for (int i = 0; i < machines; i++) workload.drawLoad(i, random);
    }
    return workload;
  }

  static Workload read(Path machines, Path tasks) throws IOException {
    Workload workload = new Workload();
    for (Amounts amounts : readAmounts(machines)) {
      workload.addMachine(workload.names.size(), amounts);
    }
    for (Amounts amounts : readAmounts(tasks)) {
      int index = workload.tasks.size();
      workload.tasks.add(new Task("task-" + index, index, amounts));
    }
    return workload;
  }

  private void addMachine(int index, Amounts total) {
    names.add(String.format("vm-%07d", index));
    free.add(total);
    running.add(Collections.emptyList());
  }

  private void drawLoad(int machine, SplitMix64 random) {
    long share = DRAWN_MACHINE.memoryMb * random.below(81) / 100;
    Amounts left = DRAWN_MACHINE;
    long used = 0;
    List<Task> load = new ArrayList<>();
    while (left.cpuMilli >= DRAWN_CPU_MILLI) {
      Task task = drawTask("running-" + machine, load.size(), random);
      used += task.amounts.memoryMb;
      if (used > share) break;
      left = left.minus(task.amounts);
      load.add(task);
    }
    free.set(machine, left);
    running.set(machine, load);
  }

  private static Task drawTask(String prefix, int index, SplitMix64 random) {
    long memory = DRAWN_MEMORY_MB[(int) random.below(DRAWN_MEMORY_MB.length)];
    return new Task(prefix + "-" + index, index, new Amounts(DRAWN_CPU_MILLI, memory, 0));
  }

  private static List<Amounts> readAmounts(Path file) throws IOException {
    List<Amounts> result = new ArrayList<>();
    int lineNumber = 0;
    for (String line : Files.readAllLines(file)) {
      lineNumber++;
      if (line.trim().isEmpty() || line.startsWith("#")) continue;
      String[] words = line.trim().split("\\s+");
      try {
        if (words.length != 3) throw new NumberFormatException();
        result.add(new Amounts(amount(words[0]), amount(words[1]), amount(words[2])));
      } catch (NumberFormatException e) {
        throw new UsageError(
            file + ":" + lineNumber + ": found \"" + line + "\", expected three whole numbers of"
                + " at least 0: cpu_milli memory_mb disk_mb");
      }
    }
    return result;
  }

  private static long amount(String word) {
    long value = Long.parseLong(word);
    // Beyond this a sum of doubles, which is how Fenzo adds, might not be exact.
    if (value < 0 || value > 1_000_000_000_000L) throw new NumberFormatException();
    return value;
  }

  /** What a machine has or a task takes. Whole numbers, so that sums are exact. */
  static final class Amounts {
    final long cpuMilli;
    final long memoryMb;
    final long diskMb;

    Amounts(long cpuMilli, long memoryMb, long diskMb) {
      this.cpuMilli = cpuMilli;
      this.memoryMb = memoryMb;
      this.diskMb = diskMb;
    }

    Amounts minus(Amounts other) {
      return new Amounts(
          cpuMilli - other.cpuMilli, memoryMb - other.memoryMb, diskMb - other.diskMb);
    }

    boolean isNegative() {
      return cpuMilli < 0 || memoryMb < 0 || diskMb < 0;
    }
  }

  /** The generator that all programs of the comparison share. */
  private static final class SplitMix64 {
    private long state;

    SplitMix64(long seed) {
      state = seed;
    }

    long below(long bound) {
      state += 0x9e3779b97f4a7c15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      return Long.remainderUnsigned(z ^ (z >>> 31), bound);
    }
  }
}
