"""What a signature would do, in one plain sentence, in English or in Chinese."""
