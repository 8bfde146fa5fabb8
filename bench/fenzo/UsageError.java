/** Wrong flags or a wrong file: the message is the one line that the user gets to see. */
final class UsageError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageError(String message) {
    super(message);
  }
}
